# Multi-head attention, grouped or not, and simulated attention (arXiv 2507.07694). Weights w, in this order:
#   query, key, value projection [H D, E] (each followed by its bias, where there are biases),
#   query heads, query features, key heads, key features, value heads, each [W1, b1, W2, b2], where there are such,
#   output projection [E, H D] (and its bias), or [E, H' D] where simulated heads are not averaged.
# Where heads are simulated but not those of values, simulated head h sees the values of head h mod H.


def part(w: List[Tensor], i: int, biases: bool) -> List[Tensor]:
    # the weights of part i: 0-2 projections, 3 output
    step = 1 + int(biases)
    if i == 3:
        return w[len(w) - step:]
    return w[i * step:(i + 1) * step]


def expansion_start(count: int, i: int, biases: bool, heads: bool, features: bool) -> int:
    # where expansion i begins among `count` weights: query heads, query features, key heads, key features, value heads;
    # -1 where there is none
    start = 3 * (1 + int(biases))
    present = [heads, features, heads, features, heads]
    for j in range(i):
        if present[j]:
            start = start + 4
    if present[i] and start + 4 < count - int(biases):  # values may be the one part that is not expanded
        return start
    return -1


def expansion(w: List[Tensor], i: int, biases: bool, heads: bool, features: bool) -> List[Tensor]:
    start = __torch__.expansion_start(len(w), i, biases, heads, features)
    if start < 0:
        return w[0:0]
    return w[start:start + 4]


def project(x: Tensor, w: List[Tensor]) -> Tensor:
    if len(w) > 1:
        return torch.linear(x, w[0], w[1])
    return torch.linear(x, w[0])


# For autograd: [B, T, E] -> [B, T, E], written as the paper writes it


def expand_heads(x: Tensor, w: List[Tensor]) -> Tensor:
    # [B, T, H, D] -> [B, T, H', D]
    if len(w) == 0:
        return x
    B, T, H, D = x.shape
    w1, w2 = w[0], w[2]
    if w1.dim() == 2:
        w1, w2 = w1.unsqueeze(2), w2.unsqueeze(2)
    p = (w1.size(2) - 1) // 2
    x1 = torch.conv1d(x.reshape(B * T, H, D), w1, w[1], [1], [p])
    x2 = x1 + torch.conv1d(torch.relu(x1), w2, w[3], [1], [p])
    return x2.view(B, T, -1, D)


def expand_features(x: Tensor, w: List[Tensor]) -> Tensor:
    # [.., D] -> [.., D']
    if len(w) == 0:
        return x
    y1 = torch.linear(x, w[0], w[1])
    return y1 + torch.linear(torch.relu(y1), w[2], w[3])


def rotate_heads(x: Tensor, base: float) -> Tensor:
    # [B, T, H, D]
    angles = __torch__.rotary_angles(x.size(1), x.size(3), base, x).unsqueeze(1)
    return __torch__.rotate(x, torch.cos(angles).to(x.dtype), torch.sin(angles).to(x.dtype))


def dot_product(q: Tensor, k: Tensor, v: Tensor, offsets: Tensor, causal: bool, dropout: float) -> Tensor:
    # q [B, T, H, D'], k and v with H heads or fewer -> [B, T, H, D]; fused kernels want equal sizes, so v is padded.
    # What is added to the scores broadcasts to [B, H, T, S]; empty for nothing
    D = v.size(3)
    if k.size(2) != q.size(2):
        k = k.repeat_interleave(q.size(2) // k.size(2), 2)
        v = v.repeat_interleave(q.size(2) // v.size(2), 2)
    if v.size(2) != q.size(2):
        v = v.repeat([1, 1, q.size(2) // v.size(2), 1])
    if q.size(3) > D:
        v = torch.pad(v, [0, q.size(3) - D])
    q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
    if offsets.numel() == 0:
        y = torch.scaled_dot_product_attention(q, k, v, None, dropout, causal)
    else:
        y = torch.scaled_dot_product_attention(q, k, v, __torch__.with_future(offsets, q.size(2), causal), dropout)
    return y.transpose(1, 2)[:, :, :, :D]


def with_future(offsets: Tensor, T: int, causal: bool) -> Tensor:
    # [.., T, T]
    if causal:
        return offsets + __torch__.future_offsets(T, offsets)
    return offsets


def future_offsets(T: int, like: Tensor) -> Tensor:
    # [T, T]: -inf above the diagonal
    return torch.full([T, T], -float("inf"), dtype=like.dtype, device=like.device).triu_(1)


def attention(x: Tensor, offsets: Tensor, w: List[Tensor], size: int, biases: bool, heads: bool, features: bool,
              rotary: int, base: float, causal: bool, dropout: float) -> Tensor:
    # rotary: 0 none, 1 before, 2 after the expansion
    B, T, E = x.shape
    z = annotate(List[Tensor], [])
    for i in range(3):
        p = __torch__.part(w, i, biases)
        y = __torch__.project(x, p).view(B, T, -1, size)
        if rotary == 1 and i < 2:
            y = __torch__.rotate_heads(y, base)
        y = __torch__.expand_heads(y, __torch__.expansion(w, 2 * i, biases, heads, features))
        if i < 2:
            y = __torch__.expand_features(y, __torch__.expansion(w, 2 * i + 1, biases, heads, features))
            if rotary == 2:
                y = __torch__.rotate_heads(y, base)
        z.append(y)
    o = __torch__.dot_product(z[0], z[1], z[2], offsets, causal, dropout)
    p = __torch__.part(w, 3, biases)
    slots = p[0].size(1)
    return __torch__.project(o.reshape(B, T, -1, slots).mean([2]), p)


# By hand. Features come first and time last, [D, H, N] with N = B T tokens: a convolution over features is then a
# product with a window of rows that already lie side by side, and every other step a product with long rows. Expanded
# features come last, as the faster products have them. Each of these operations costs more than a microsecond beside
# its arithmetic: they are as few as they can be.


def window(x: Tensor, K: int) -> Tensor:
    # padded [D + K - 1, H, N] -> overlapping views [D, K H, N]
    P, H, N = x.shape
    return torch.as_strided(x, [P - K + 1, K * H, N], [H * N, N, 1], x.storage_offset())


def padded(D: int, H: int, N: int, K: int, like: Tensor) -> Tensor:
    # [D + K - 1, H, N], zero in the padding
    y = torch.empty([D + K - 1, H, N], dtype=like.dtype, device=like.device)
    if K > 1:
        p = (K - 1) // 2
        torch.as_strided(y, [2, p * H * N], [(D + p) * H * N, 1]).zero_()
    return y


def with_ones(D: int, H: int, N: int, like: Tensor) -> Tensor:
    # [D + 1, H, N], where the last feature is 1: a product with [W b] then adds the bias b
    y = torch.empty([D + 1, H, N], dtype=like.dtype, device=like.device)
    y[D].fill_(1.)
    return y


def inner(x: Tensor, K: int) -> Tensor:
    # padded -> what is not padding
    if K == 1:
        return x
    return torch.narrow(x, 0, (K - 1) // 2, x.size(0) - K + 1)


def taps(w: Tensor) -> Tensor:
    # [R, C, K] or [R, C] -> [1, R, K C]
    return w.view(w.size(0), w.size(1), -1).permute(0, 2, 1).reshape(1, w.size(0), -1)


def taps_back(w: Tensor) -> Tensor:
    # [R, C, K] or [R, C] -> [1, C, K R], the weights of the transposed convolution
    return w.view(w.size(0), w.size(1), -1).flip([2]).permute(1, 2, 0).reshape(1, w.size(1), -1)


def for_each(taps: Tensor, D: int) -> Tensor:
    # [1, R, K C] -> [D, R, K C]
    return taps.expand(D, taps.size(1), taps.size(2))


def head_taps(w: List[Tensor], D: int) -> List[Tensor]:
    # [W1, b1, W2, b2] of an expansion of heads of D features as `expand_heads_forward` takes them, and for its
    # backward pass the transposed taps
    return [__torch__.for_each(__torch__.taps(w[0]), D), w[1].view(1, -1, 1),
            __torch__.for_each(__torch__.taps(w[2]), D), w[3].view(1, -1, 1),
            __torch__.for_each(__torch__.taps_back(w[0]), D), __torch__.for_each(__torch__.taps_back(w[2]), D)]


def add_tap_gradient(g: Tensor, gy: Tensor, x: Tensor) -> None:
    # gy [D, R, N], x [D, K C, N]; g [1, R, K C]
    products = torch.bmm(x, gy.transpose(1, 2))  # [D, K C, R]
    g += products.sum([0], dtype=g.dtype).t()


def expand_heads_forward(xp: Tensor, w: List[Tensor], K: int, ones: bool) -> Tuple[Tensor, Tensor]:
    # padded heads, taps -> X2 [D, H', N], with ones where features are expanded next, and padded relu(X1)
    x1 = __torch__.window(xp, K)
    D, R, N = x1.size(0), w[0].size(1), x1.size(2)
    active = __torch__.padded(D, R, N, K, xp)
    if ones:
        y = __torch__.with_ones(D, R, N, xp)
        x = torch.narrow(y, 0, 0, D)
        torch.baddbmm(w[1], w[0], x1, out=x)
    else:
        x = torch.baddbmm(w[1], w[0], x1)
        y = x
    torch.clamp_min(x, 0, out=__torch__.inner(active, K))
    x.baddbmm_(w[2], __torch__.window(active, K)).add_(w[3])
    return y, active


def expand_heads_backward(gp: Tensor, xp: Tensor, active: Tensor, w: List[Tensor], g: List[Tensor],
                          K: int) -> Tensor:
    # padded gradient of X2 [D + K - 1, H', N], which is lost -> gradient of the heads [D, H, N]; g has the layout of
    # the taps
    gx = __torch__.inner(gp, K)
    g[3] += gx.sum([0, 2], dtype=g[3].dtype)
    __torch__.add_tap_gradient(g[2], gx, __torch__.window(active, K))
    through = torch.bmm(w[5], __torch__.window(gp, K))
    torch.threshold_backward(through, __torch__.inner(active, K), 0, grad_input=through)
    gx += through  # the gradient of X1
    g[1] += gx.sum([0, 2], dtype=g[1].dtype)
    __torch__.add_tap_gradient(g[0], gx, __torch__.window(xp, K))
    return torch.bmm(w[4], __torch__.window(gp, K))


def turn_into(y: Tensor, x: Tensor, tables: List[Tensor], direction: float) -> None:
    # y, x [D, M, T], tables cos and sin [D / 2, 1, T]: turned by +angle or -angle (direction 1 or -1)
    cos, sin = tables[0], tables[1]
    x = x.view(2, -1, x.size(1), x.size(2))
    t = y.view(x.shape)
    if y.dtype != cos.dtype:
        t = torch.empty(x.shape, dtype=cos.dtype, device=x.device)
    torch.mul(x, cos, out=t)
    t[0].addcmul_(x[1], sin, value=-direction)
    t[1].addcmul_(x[0], sin, value=direction)
    if y.dtype != cos.dtype:
        y.copy_(t.view(y.shape))


def turned(x: Tensor, tables: List[Tensor], direction: float) -> Tensor:
    # query or key [D, M, T]
    y = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    __torch__.turn_into(y, x, tables, direction)
    return y


# The expansion of features, [D, M, T] -> [M, T, D'] where M = H' B. Features that are rotated then are in pairs: the
# two that the rotary embedding turns lie side by side, a complex number


def paired(w: Tensor) -> Tensor:
    # rows x1 of all pairs, then x2, as the rotary embedding has them -> x1 and x2 of each pair
    return __torch__.swapped_rows(w, w.size(0) // 2)


def unpaired(w: Tensor) -> Tensor:
    # the inverse
    return __torch__.swapped_rows(w, 2)


def pairs(x: Tensor) -> Tensor:
    # [.., D'] -> complex [.., D' / 2]
    return torch.view_as_complex(x.unflatten(-1, [-1, 2]))


def feature_weights(w: List[Tensor], in_pairs: bool, compute: int) -> List[Tensor]:
    # [W1, b1, W2, b2] -> [W1 b1], W2, and b2 in the wider type, in which it is added
    if in_pairs:
        w = [__torch__.paired(w[0]), __torch__.paired(w[1]), __torch__.paired(__torch__.paired(w[2]).t()).t(),
             __torch__.paired(w[3])]
    return [torch.cat([w[0], w[1].unsqueeze(1)], 1), w[2].contiguous(), w[3].to(__torch__.wide(compute))]


def add_paired_gradients(g: List[Tensor], b: List[Tensor]) -> None:
    # adds those of the weights of rotated features
    for j in [0, 1, 3]:
        g[j].add_(__torch__.unpaired(b[j]))
    g[2].add_(__torch__.unpaired(__torch__.unpaired(b[2]).t()).t())


def heads_at_once(M: int, size: int, gpu: bool) -> int:
    # of M heads with `size` elements each, so many that all steps of their expansion stay in a core's cache
    if gpu:
        return M
    parts = (M * size + 98303) // 98304
    return (M + parts - 1) // parts


def expand_features_forward(x: Tensor, w: List[Tensor], tables: List[Tensor]) -> Tuple[Tensor, Tensor]:
    # [D + 1, M, T] with ones -> Y [M, T, D'], rotated by the table where there is one, and relu(Y1)
    M, T, D = x.size(1), x.size(2), w[1].size(0)
    y = torch.empty([M, T, D], dtype=x.dtype, device=x.device)
    active = torch.empty([M, T, D], dtype=x.dtype, device=x.device)
    size = __torch__.heads_at_once(M, T * D, x.is_cuda)
    for a in range(0, M, size):
        n = min(size, M - a)
        yb, ab = torch.narrow(y, 0, a, n), torch.narrow(active, 0, a, n).view(-1, D)
        t = torch.mm(torch.narrow(x, 1, a, n).view(x.size(0), -1).t(), w[0].t())
        torch.clamp_min(t, 0, out=ab)
        t = t.addmm_(ab, w[1].t()).view(yb.shape)
        if len(tables) == 0:
            torch.add(t, w[2], out=yb)
        elif t.dtype == w[2].dtype:
            torch.mul(__torch__.pairs(t.add_(w[2])), tables[0], out=__torch__.pairs(yb))
        else:
            yb.copy_(__torch__.turned_pairs(t + w[2], tables[0]))
    return y, active


def turned_pairs(x: Tensor, e: Tensor) -> Tensor:
    # x [M, T, D'] in pairs, e complex [T, D' / 2]
    return torch.view_as_real(__torch__.pairs(x) * e).view(x.shape)


def expand_features_backward(gy: Tensor, x: Tensor, active: Tensor, w: List[Tensor], g: List[Tensor],
                             tables: List[Tensor], gx: Tensor) -> None:
    # gy [M, T, D']; writes the gradient of x, without its ones, into gx [D, M, T]
    M, T, D = gy.shape
    D0 = gx.size(0)
    w1, x = torch.narrow(w[0], 1, 0, D0).t(), torch.narrow(x, 0, 0, D0)
    size = __torch__.heads_at_once(M, T * D, x.is_cuda)
    for a in range(0, M, size):
        n = min(size, M - a)
        g2 = torch.narrow(gy, 0, a, n)
        if len(tables) > 0:
            g2 = __torch__.turned_pairs(g2.to(w[2].dtype), tables[1]).to(g2.dtype)
        g2 = g2.view(-1, D)
        ab = torch.narrow(active, 0, a, n).view(-1, D)
        __torch__.sum_rows(g[3], g2)
        __torch__.accumulate(g[2], g2.t(), ab)
        g1 = torch.mm(g2, w[1])
        torch.threshold_backward(g1, ab, 0, grad_input=g1)
        g1 += g2
        __torch__.sum_rows(g[1], g1)
        __torch__.accumulate(g[0], g1.t(), torch.narrow(x, 1, a, n).view(D0, -1).t())
        torch.mm(w1, g1.t(), out=torch.narrow(gx, 1, a, n).view(D0, -1))


# Scaled dot product, causal, in blocks of queries that skip the keys of their future. q [D', Hk G B, T] with its
# scale, k [D', Hk B, T], both in any order in memory, v [D, Hk B, T]; G query heads share a key/value head. Of simulated
# heads (G = 1) those that share a slot may share values, v [D, H B, T]: then their weights are averaged before the one
# product with the values; or they have values of their own, and the results are averaged.
# What is added to the scores beside the future, such as a mask of documents, is [B, 1, T, T], or empty for nothing


def averaged(x: Tensor, M: int) -> Tensor:
    # [r M, .., ..] -> [M, .., ..]
    if x.size(0) == M:
        return x
    return x.view(-1, M, x.size(1), x.size(2)).mean([0])


def shared(g: Tensor, M: int) -> Tensor:
    # the gradient of averaged weights [M / r, T, S] -> [M, T, S]
    if g.size(0) == M:
        return g
    return g.div_(M // g.size(0)).repeat([M // g.size(0), 1, 1])


def query_blocks(q: Tensor, size: int, G: int, B: int) -> List[Tensor]:
    # [D, Hk G B, T] -> blocks [Hk B, D, G n] of n <= size queries
    if G == 1:
        return torch.split(q.permute(1, 0, 2), size, 2)
    D, M, T = q.shape
    blocks = torch.split(q.view(D, -1, G, B, T).permute(1, 3, 0, 2, 4), size, 4)  # [Hk, B, D, G, n]
    return [block.reshape(M // G, D, -1) for block in blocks]


def joined_queries(blocks: List[Tensor], G: int, B: int, last: bool) -> Tensor:
    # the inverse
    if last:
        return torch.cat([block.transpose(1, 2) for block in blocks], 1).permute(2, 0, 1)
    if G == 1:
        return torch.cat([block.permute(1, 0, 2) for block in blocks], 2)
    D = blocks[0].size(1)
    apart = [block.view(-1, B, D, G, block.size(2) // G).permute(2, 0, 3, 1, 4) for block in blocks]
    q = torch.cat(apart, 4)  # [D, Hk, G, B, T]
    return q.view(D, -1, q.size(4))


def product(x: Tensor, y: Tensor, last: bool) -> Tensor:
    # [M, D, n] [M, n, b] -> [M, D, b], in memory as [M, b, D] where features come last
    if last:
        return torch.bmm(y.transpose(1, 2), x.transpose(1, 2)).transpose(1, 2)
    return torch.bmm(x, y)


def token_rows(o: Tensor, G: int, B: int) -> Tensor:
    # [Hk B, G n, D] -> [B, n, H, D]
    M, n, D = o.shape
    return o.view(M // B, B, G, n // G, D).permute(1, 3, 0, 2, 4).flatten(2, 3)


def causal_forward(q: Tensor, k: Tensor, v: Tensor, offsets: Tensor, G: int, B: int,
                   slots: int) -> Tuple[Tensor, List[Tensor]]:
    # -> [B T, slots], slots being the features of all slots, and the weights
    T = k.size(2)
    kt, vt = k.permute(1, 0, 2), v.permute(1, 2, 0)  # [M, D', T], [M, T, D]
    size = __torch__.block_size(T)
    future = __torch__.future_offsets(size, q)
    results = annotate(List[Tensor], [])
    p = annotate(List[Tensor], [])
    b = 0
    for block in __torch__.query_blocks(q, size, G, B):
        n = block.size(2) // G
        a, b = b, b + n
        s = torch.bmm(block.transpose(1, 2), torch.narrow(kt, 2, 0, b))  # [M, G n, b]
        if n < size:
            future = future[:n, :n]
        torch.narrow(s.view(-1, n, b), 2, a, n).add_(future)
        if offsets.numel() > 0:
            rows = s.view(-1, B, G, n, b)
            rows += offsets[:, :, a:b, :b]
        torch._softmax(s, -1, False, out=s)
        p.append(s)
        o = torch.bmm(__torch__.averaged(s, v.size(1)), torch.narrow(vt, 1, 0, b))  # [M, G n, D]
        results.append(__torch__.token_rows(__torch__.averaged(o, slots // v.size(0) * B // G), G, B))
    return torch.cat(results, 1).view(-1, slots), p


def causal_backward(go: Tensor, q: Tensor, k: Tensor, v: Tensor, p: List[Tensor], G: int, B: int,
                    last: bool) -> Tuple[Tensor, Tensor, Tensor]:
    # go [D, H B, T]; the gradient of v lies in memory as [M, D, T], and so does that of k; those of q and k as [M, T, D']
    # where `last` says that q and k have their features last
    T = k.size(2)
    size = __torch__.block_size(T)
    kt, vt = k.permute(1, 0, 2), v.permute(1, 0, 2)
    queries, results = __torch__.query_blocks(q, size, G, B), __torch__.query_blocks(go, size, G, B)
    gq = annotate(List[Tensor], [])
    gk, gv = q, q  # until the last block, which sees all keys
    for j in range(len(p)):
        i = len(p) - 1 - j
        weights, goi = p[i], results[i]  # [M, G n, b], [M, D, G n]
        b = weights.size(2)
        gvi = torch.bmm(goi, __torch__.averaged(weights, v.size(1)))
        gs = __torch__.shared(torch.bmm(goi.transpose(1, 2), torch.narrow(vt, 2, 0, b)), weights.size(0))
        torch._softmax_backward_data(gs, weights, -1, q.dtype, grad_input=gs)
        gq.append(__torch__.product(torch.narrow(kt, 2, 0, b), gs.transpose(1, 2), last))
        gki = __torch__.product(queries[i], gs, last)
        if j == 0:
            gk, gv = gki, gvi
        else:
            torch.narrow(gk, 2, 0, b).add_(gki)
            torch.narrow(gv, 2, 0, b).add_(gvi)
    gq.reverse()
    return __torch__.joined_queries(gq, G, B, last), gk.permute(1, 0, 2), gv.permute(1, 0, 2)


def block_size(T: int) -> int:
    if T <= 512:
        return 64
    return 128


# The same by libtorch's own kernel, through autograd: on a GPU, and where the weights of long sequences would take too
# much memory


def by_library(x: Tensor, T: int, longest: int) -> bool:
    return x.is_cuda or T > longest


def time_before_features(x: Tensor, B: int) -> Tensor:
    # [D, H B, T] -> [B, H, T, D]
    D, M, T = x.shape
    return x.view(D, -1, B, T).permute(2, 1, 3, 0).contiguous()


def features_before_time(x: Tensor, last: bool) -> Tensor:
    # [B, H, T, D] -> [D, H B, T], in memory as it says or features last
    if last:
        return x.transpose(0, 1).reshape(-1, x.size(2), x.size(3)).permute(2, 0, 1)
    return x.permute(3, 1, 0, 2).reshape(x.size(3), -1, x.size(2))


def library_forward(q: Tensor, k: Tensor, v: Tensor, offsets: Tensor, G: int, B: int,
                    slots: int) -> Tuple[Tensor, List[Tensor]]:
    q = __torch__.time_before_features(q, B).requires_grad_(True)
    k = __torch__.time_before_features(k, B).requires_grad_(True)
    v = __torch__.time_before_features(v, B).requires_grad_(True)
    torch.set_grad_enabled(True)
    keys, values = k, v
    if G > 1:
        keys, values = k.repeat_interleave(G, 1), v.repeat_interleave(G, 1)
    r = q.size(1) // values.size(1)
    if r > 1:
        values = values.repeat([1, r, 1, 1])
    values = torch.pad(values, [0, q.size(3) - v.size(3)])
    if offsets.numel() == 0:
        o = torch.scaled_dot_product_attention(q, keys, values, None, 0., True, scale=1.)
    else:
        mask = __torch__.with_future(offsets, q.size(2), True)
        o = torch.scaled_dot_product_attention(q, keys, values, mask, 0., False, scale=1.)
    o = o[:, :, :, :v.size(3)]
    torch.set_grad_enabled(False)
    y = o.detach()
    if y.size(1) * y.size(3) > slots:
        y = y.reshape(B, -1, slots // y.size(3), y.size(2), y.size(3)).mean([1])
    return y.transpose(1, 2).reshape(-1, slots), [q, k, v, o]


def library_backward(go: Tensor, saved: List[Tensor], B: int, last: bool) -> Tuple[Tensor, Tensor, Tensor]:
    # go is that of the results o, or where heads share values, of their average
    go, o = __torch__.time_before_features(go, B), saved[3]
    r = o.size(1) // go.size(1)
    if r > 1:
        go = go.repeat([1, r, 1, 1]).div_(r)
    gradients = annotate(List[Optional[Tensor]], [go])
    g = torch.grad([o], saved[:3], gradients, None, False, False)
    return (__torch__.features_before_time(unchecked_cast(Tensor, g[0]), last),
            __torch__.features_before_time(unchecked_cast(Tensor, g[1]), last),
            __torch__.features_before_time(unchecked_cast(Tensor, g[2]), False))


# The whole attention


def attention_tables(T: int, size: int, base: float, scale: float, in_pairs: bool, compute: int,
                     like: Tensor) -> List[Tensor]:
    # cos and sin of the angles, [size / 2, 1, T], scaled for queries, and as they are for keys; for features in pairs
    # cos + i sin, [T, size / 2], and its conjugate
    angles = __torch__.rotary_angles(T, size, base, like)
    t = __torch__.wide(compute)
    if in_pairs:
        e = torch.complex(torch.cos(angles).to(t), torch.sin(angles).to(t))
        turns = [e, torch.conj_physical(e)]
        return [turn * scale for turn in turns] + turns
    angles = angles.t().unsqueeze(1)
    cos, sin = torch.cos(angles), torch.sin(angles)
    return [(cos * scale).to(t), (sin * scale).to(t), cos.to(t), sin.to(t)]


# In the two passes, weights p and their gradients b are lists: 0 the projections of query, key and value, then their
# biases; 1 the output projection; then for query, key and value the expansion of heads and that of features, or nothing.
# They have another layout there: rows (feature, head) where canonical ones are (head, feature), taps, and rows in
# pairs where expanded features are (`in_pairs`). Of an expansion of features p has [W1 b1], W2, b2, and b a gradient for
# each of W1, b1, W2, b2. What is laid out anew serves all windows of a step.


def attention_prepare(w: List[Tensor], size: int, biases: bool, heads: bool, features: bool, in_pairs: bool,
                      compute: int) -> List[List[Tensor]]:
    w = [t.to(compute) for t in w]
    projections = annotate(List[Tensor], [])
    for i in range(3):
        projections.append(__torch__.features_first(__torch__.part(w, i, biases)[0], size))
    if biases:
        for i in range(3):
            projections.append(__torch__.part(w, i, biases)[1].view(-1, size).t().reshape(size, -1, 1))
    expansions = annotate(List[List[Tensor]], [])
    for i in range(5):
        e = __torch__.expansion(w, i, biases, heads, features)
        if len(e) > 0 and i % 2 == 0:
            e = __torch__.head_taps(e, size)
        elif len(e) > 0:
            e = __torch__.feature_weights(e, in_pairs, compute)
        expansions.append(e)
    out = __torch__.part(w, 3, biases)
    groups = __torch__.averaged_groups(expansions[4], size, out[0].size(1))
    back = __torch__.features_first(out[0].t(), size) / groups  # [D H, E]
    return [projections, [out[0].t(), back] + out[1:]] + expansions + [w[:0]]


def averaged_groups(values: List[Tensor], size: int, slots: int) -> int:
    # how many simulated heads with values of their own share a slot; `values` is what expands them
    if len(values) == 0:
        return 1
    return values[0].size(1) * size // slots


def attention_buffers(g: List[Tensor], p: List[List[Tensor]], biases: bool, heads: bool, features: bool,
                      in_pairs: bool) -> List[List[Tensor]]:
    # the gradients themselves where their layout is the same, or zeros
    projections = annotate(List[Tensor], [])
    for i in range(3):
        projections.append(torch.zeros_like(p[0][i], dtype=g[0].dtype))
    if biases:
        for i in range(3):
            projections.append(__torch__.part(g, i, biases)[1])
    b = [projections, __torch__.part(g, 3, biases)]
    for i in range(5):
        e = __torch__.expansion(g, i, biases, heads, features)
        if len(e) > 0 and i % 2 == 0:
            e = [torch.zeros_like(__torch__.taps(e[0])), e[1], torch.zeros_like(__torch__.taps(e[2])), e[3]]
        elif in_pairs and i % 2 == 1:
            e = [torch.zeros_like(t) for t in e]
        b.append(e)
    return b + [g[:0]]


def attention_collect(b: List[List[Tensor]], g: List[Tensor], size: int, biases: bool, heads: bool, features: bool,
                      in_pairs: bool) -> None:
    # adds the buffers b to the gradients
    for i in range(3):
        __torch__.add_features_first(__torch__.part(g, i, biases)[0], b[0][i], size)
    for i in range(0, 5, 2):
        e = __torch__.expansion(g, i, biases, heads, features)
        if len(e) > 0:
            __torch__.add_taps(e[0], b[2 + i][0])
            __torch__.add_taps(e[2], b[2 + i][2])
    if in_pairs:
        for i in [1, 3]:
            __torch__.add_paired_gradients(__torch__.expansion(g, i, biases, heads, features), b[2 + i])


def turning(tables: List[Tensor], i: int, rotary: int) -> Tuple[List[Tensor], List[Tensor]]:
    # the tables of query (i = 0), key, or value, which has none, for the rotation before and after the expansion
    own, none = tables[2 * i:2 * i + 2], tables[:0]
    if rotary == 1:
        return own, none
    if rotary == 2:
        return none, own
    return none, none


def simulate_forward(n: Tensor, i: int, p: List[List[Tensor]], tables: List[Tensor], B: int, size: int, kernel: int,
                     rotary: int, saved: List[Tensor]) -> Tensor:
    # n [N, E] -> query (i = 0), key or value [D', H' B, T]; adds what the backward pass needs to `saved`
    N = n.size(0)
    w, we, wf = p[0][i], p[2 + 2 * i], p[3 + 2 * i]
    before, after = __torch__.turning(tables, i, rotary)
    K = 1
    if len(we) > 0:
        K = kernel
    if len(we) == 0 and len(wf) > 0:
        y = __torch__.with_ones(size, w.size(0) // size, N, n)
        x = torch.narrow(y, 0, 0, size)
    else:
        y = __torch__.padded(size, w.size(0) // size, N, K, n)
        x = __torch__.inner(y, K)
    torch.mm(w, n.t(), out=x.view(-1, N))
    if len(p[0]) > 3:
        x += p[0][3 + i]
    if len(before) > 0:
        rows = x.view(size, -1, N // B)
        rows.copy_(__torch__.turned(rows, before, 1.))
    if len(we) > 0:
        saved.append(y)
        y, active = __torch__.expand_heads_forward(y, we, K, len(wf) > 0)
        saved.append(active)
    y = y.view(y.size(0), -1, N // B)
    if len(wf) > 0:
        saved.append(y)
        y, active = __torch__.expand_features_forward(y, wf, after)
        saved.append(active)
        y = y.permute(2, 0, 1)
    elif len(after) > 0:
        y = __torch__.turned(y, after, 1.)
    return y


def simulate_backward(gx: Tensor, i: int, p: List[List[Tensor]], g: List[List[Tensor]], tables: List[Tensor], B: int,
                      size: int, kernel: int, rotary: int, saved: List[Tensor]) -> Tensor:
    # gradient of query, key or value -> that of its projection [D H, N]
    we, wf = p[2 + 2 * i], p[3 + 2 * i]
    before, after = __torch__.turning(tables, i, rotary)
    T = gx.size(2)
    N = B * T
    K = 1
    if len(we) > 0:
        K = kernel
    gp = __torch__.padded(size, gx.size(1), T, K, gx)
    heads = __torch__.inner(gp, K)
    if len(wf) > 0:
        features = saved[len(saved) - 2:]
        rows = gx.permute(1, 2, 0).contiguous()
        __torch__.expand_features_backward(rows, features[0], features[1], wf, g[3 + 2 * i], after, heads)
    elif len(after) > 0:
        __torch__.turn_into(heads, gx, after, -1.)
    else:
        heads.copy_(gx)
    if len(we) > 0:
        gp = __torch__.expand_heads_backward(gp.view(gp.size(0), -1, N), saved[0], saved[1], we, g[2 + 2 * i], K)
    if len(before) > 0:
        gp = __torch__.turned(gp.view(size, -1, T), before, -1.)
    return gp.view(-1, N)


def attention_forward(x: Tensor, B: int, offsets: Tensor, p: List[List[Tensor]], tables: List[Tensor], size: int,
                      kernel: int, rotary: int, longest: int, compute: int) -> Tuple[Tensor, List[Tensor]]:
    # x [N, E], the tokens of B windows -> y [N, E] and what the backward pass needs
    n = x.to(compute)
    saved = [n]
    q = __torch__.simulate_forward(n, 0, p, tables, B, size, kernel, rotary, saved)
    k = __torch__.simulate_forward(n, 1, p, tables, B, size, kernel, rotary, saved)
    v = __torch__.simulate_forward(n, 2, p, tables, B, size, kernel, rotary, saved)
    if rotary != 2:
        q.mul_(float(q.size(0)) ** -0.5)
    out = p[1]
    G, slots = q.size(1) // k.size(1), out[0].size(0)
    if slots * B > v.size(1) * G * size:  # each simulated head has a slot, and sees values that it shares
        v = v.repeat([1, slots * B // (v.size(1) * size), 1])
    if __torch__.by_library(n, q.size(2), longest):
        o, kept = __torch__.library_forward(q, k, v, offsets, G, B, slots)
    else:
        o, weights = __torch__.causal_forward(q, k, v, offsets, G, B, slots)
        kept = [q, k, v] + weights
    y = torch.mm(o, out[0])
    if len(out) > 2:
        y += out[2]
    return y, saved + [o] + kept


def attention_backward(gy: Tensor, B: int, saved: List[Tensor], p: List[List[Tensor]], g: List[List[Tensor]],
                       tables: List[Tensor], size: int, kernel: int, rotary: int, longest: int, compute: int) -> Tensor:
    # adds the gradients of the weights to g, whose lists are those of p; -> the gradient of x
    N = gy.size(0)
    n = saved[0]
    gy = gy.to(compute)
    places = [1, 1, 1, 1]  # where among the saved those of query, key and value begin, and where o is
    for i in range(3):
        places[i + 1] = places[i] + 2 * (int(len(p[2 + 2 * i]) > 0) + int(len(p[3 + 2 * i]) > 0))
    o, kept = saved[places[3]], saved[places[3] + 1:]
    out, g_out = p[1], g[1]
    __torch__.accumulate(g_out[0], gy.t(), o)
    if len(out) > 2:
        __torch__.sum_rows(g_out[1], gy)
    go = torch.mm(out[1], gy.t())  # [D H, N]
    groups = __torch__.averaged_groups(p[6], size, go.size(0))
    if groups > 1:
        go = go.view(size, 1, -1).expand(size, groups, go.numel() // size).contiguous()
    go = go.view(size, -1, N // B)
    G = p[0][0].size(0) // p[0][1].size(0)
    last = len(p[3]) > 0  # the features of queries and keys, where they are expanded
    if __torch__.by_library(go, N // B, longest):
        gq, gk, gv = __torch__.library_backward(go, kept, B, last)
    else:
        gq, gk, gv = __torch__.causal_backward(go, kept[0], kept[1], kept[2], kept[3:], G, B, last)
    M = p[0][2].size(0) // size * B
    if len(p[2]) > 0 and len(p[6]) == 0 and gv.size(1) > M:
        gv = gv.reshape(size, -1, M, N // B).sum([1])
    if rotary != 2:
        gq = gq * float(gq.size(0)) ** -0.5
    gz = [gq, gk, gv]
    gn = torch.empty([0], dtype=n.dtype, device=n.device)
    for i in range(3):
        flat = __torch__.simulate_backward(
            gz[i], i, p, g, tables, B, size, kernel, rotary, saved[places[i]:places[i + 1]])
        if len(p[0]) > 3:
            g[0][3 + i].add_(flat.view(size, -1, N).sum([2], dtype=g[0][3 + i].dtype).t().reshape(-1))
        __torch__.accumulate(g[0][i], flat, n)
        if i == 0:
            gn = torch.mm(flat.t(), p[0][i])
        else:
            gn.addmm_(flat.t(), p[0][i])
    return gn


def swapped_rows(w: Tensor, n: int) -> Tensor:
    # rows (i, j) with j < n -> rows (j, i)
    return w.reshape(-1, n, w.numel() // w.size(0)).transpose(0, 1).reshape(w.shape)


def features_first(w: Tensor, D: int) -> Tensor:
    # rows (head, feature) -> rows (feature, head)
    return __torch__.swapped_rows(w, D)


def add_features_first(g: Tensor, rows: Tensor, D: int) -> None:
    # adds rows (feature, head) to rows (head, feature)
    g += __torch__.swapped_rows(rows, g.size(0) // D)


def add_taps(g: Tensor, taps: Tensor) -> None:
    # adds [1, R, K C] to [R, C, K] or [R, C]
    rows = g.view(g.size(0), g.size(1), -1)
    rows += taps.view(g.size(0), -1, g.size(1)).permute(0, 2, 1)
