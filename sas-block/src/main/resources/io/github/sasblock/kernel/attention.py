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
# product with a window of rows that already lie side by side, and every other step a product with long rows.


def window(x: Tensor, K: int) -> Tensor:
    # padded [D + K - 1, H, N] -> overlapping views [D, K H, N]
    D, H, N = x.size(0) - K + 1, x.size(1), x.size(2)
    return torch.as_strided(x, [D, K * H, N], [H * N, N, 1], x.storage_offset())


def padded(D: int, H: int, N: int, K: int, like: Tensor) -> Tensor:
    # [D + K - 1, H, N], zero in the padding
    p = (K - 1) // 2
    y = torch.empty([D + K - 1, H, N], dtype=like.dtype, device=like.device)
    y[:p].zero_()
    y[D + p:].zero_()
    return y


def taps(w: Tensor) -> Tensor:
    # [R, C, K] or [R, C] -> [1, R, K C]
    return w.view(w.size(0), w.size(1), -1).permute(0, 2, 1).reshape(1, w.size(0), -1)


def taps_back(w: Tensor) -> Tensor:
    # [R, C, K] or [R, C] -> [1, C, K R], the weights of the transposed convolution
    return w.view(w.size(0), w.size(1), -1).flip([2]).permute(1, 2, 0).reshape(1, w.size(1), -1)


def head_taps(w: List[Tensor]) -> List[Tensor]:
    # [W1, b1, W2, b2] of a head expansion as `expand_heads_forward` takes them
    return [__torch__.taps(w[0]), w[1], __torch__.taps(w[2]), w[3]]


def convolve(taps: Tensor, x: Tensor, K: int) -> Tensor:
    # taps [1, R, K C], padded x [D + K - 1, C, N] -> [D, R, N]
    y = __torch__.window(x, K)
    return torch.bmm(taps.expand(y.size(0), taps.size(1), taps.size(2)), y)


def add_tap_gradient(g: Tensor, gy: Tensor, x: Tensor, K: int) -> None:
    # gy [D, R, N], padded x [D + K - 1, C, N]; g [1, R, K C]
    products = torch.bmm(__torch__.window(x, K), gy.transpose(1, 2))  # [D, K C, R]
    g += products.sum([0], dtype=g.dtype).t()


def expand_heads_forward(xp: Tensor, w: List[Tensor], K: int) -> Tuple[Tensor, Tensor]:
    # padded heads, taps -> X2 [D, H', N] and padded relu(X1)
    D, p = xp.size(0) - K + 1, (K - 1) // 2
    x = __torch__.convolve(w[0], xp, K)
    x += w[1].view(1, -1, 1)
    active = __torch__.padded(D, x.size(1), x.size(2), K, x)
    torch.clamp_min(x, 0, out=active[p:D + p])
    x.baddbmm_(w[2].expand(D, w[2].size(1), w[2].size(2)), __torch__.window(active, K))
    x += w[3].view(1, -1, 1)
    return x, active


def expand_heads_backward(gx: Tensor, xp: Tensor, active: Tensor, back: List[Tensor], g: List[Tensor],
                          K: int) -> Tensor:
    # gradient of X2 [D, H', N], transposed taps -> gradient of the heads [D, H, N]; g has the layout of the taps
    D, p = gx.size(0), (K - 1) // 2
    g[3] += gx.sum([0, 2], dtype=g[3].dtype)
    __torch__.add_tap_gradient(g[2], gx, active, K)
    gp = __torch__.padded(D, gx.size(1), gx.size(2), K, gx)
    inner = gp[p:D + p]
    inner.copy_(gx)
    through = __torch__.convolve(back[1], gp, K)
    torch.threshold_backward(through, active[p:D + p], 0, grad_input=through)
    inner += through  # the gradient of X1
    g[1] += inner.sum([0, 2], dtype=g[1].dtype)
    __torch__.add_tap_gradient(g[0], inner, xp, K)
    return __torch__.convolve(back[0], gp, K)


def columns(x: Tensor) -> int:
    # how many columns of features stay in a core's cache through all steps
    if x.is_cuda:
        return x.size(1)
    return max(1024, 196608 // x.size(0))


def expand_features_forward(x: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor]:
    # [D, M] -> Y [D', M] and relu(Y1)
    w1, b1, w2, b2 = w[0], w[1], w[2], w[3]
    y = torch.empty([w1.size(0), x.size(1)], dtype=x.dtype, device=x.device)
    active = torch.empty_like(y)
    size = __torch__.columns(y)
    for a in range(0, x.size(1), size):
        yb, ab = y[:, a:a + size], active[:, a:a + size]
        torch.addmm(b1.unsqueeze(1), w1, x[:, a:a + size], out=yb)
        torch.clamp_min(yb, 0, out=ab)
        yb.addmm_(w2, ab)
        yb += b2.unsqueeze(1)
    return y, active


def expand_features_backward(gy: Tensor, x: Tensor, active: Tensor, w: List[Tensor], g: List[Tensor]) -> Tensor:
    w1, w2 = w[0].t(), w[2].t()
    gx = torch.empty([w1.size(0), gy.size(1)], dtype=gy.dtype, device=gy.device)
    size = __torch__.columns(gy)
    for a in range(0, gy.size(1), size):
        gyb, ab = gy[:, a:a + size], active[:, a:a + size]
        g[3] += gyb.sum([1], dtype=g[3].dtype)
        __torch__.accumulate(g[2], gyb, ab.t())
        gy1 = torch.mm(w2, gyb)
        torch.threshold_backward(gy1, ab, 0, grad_input=gy1)
        gy1 += gyb
        g[1] += gy1.sum([1], dtype=g[1].dtype)
        __torch__.accumulate(g[0], gy1, x[:, a:a + size].t())
        torch.mm(w1, gy1, out=gx[:, a:a + size])
    return gx


# Scaled dot product, causal, in blocks of queries that skip the keys of their future. q [D', Hk G B, T] with its
# scale, k [D', Hk B, T], v [D, Hk B, T]; G query heads share a key/value head. Of simulated heads (G = 1) those that
# share a slot may share values, v [D, H B, T]: then their weights are averaged before the one product with the values.
# What is added to the scores beside the future, such as a mask of documents, is [B, 1, T, T], or empty for nothing


def averaged(p: Tensor, M: int) -> Tensor:
    # weights [r M, T, S] -> [M, T, S]
    if p.size(0) == M:
        return p
    return p.view(-1, M, p.size(1), p.size(2)).mean([0])


def shared(g: Tensor, M: int) -> Tensor:
    # the gradient of averaged weights [M / r, T, S] -> [M, T, S]
    if g.size(0) == M:
        return g
    return g.div_(M // g.size(0)).repeat([M // g.size(0), 1, 1])


def query_block(q: Tensor, a: int, b: int, G: int, B: int) -> Tensor:
    # [D, Hk G B, T] -> [Hk B, D, G (b - a)]
    if G == 1:
        return q[:, :, a:b].permute(1, 0, 2)
    D, M, T = q.shape
    block = q.view(D, -1, G, B, T)[:, :, :, :, a:b].permute(1, 3, 0, 2, 4)  # [Hk, B, D, G, b - a]
    return block.reshape(M // G, D, -1)


def put_query_block(q: Tensor, block: Tensor, a: int, b: int, G: int, B: int) -> None:
    # the inverse: writes [Hk B, D, G (b - a)] into [D, Hk G B, T]
    if G == 1:
        q[:, :, a:b] = block.permute(1, 0, 2)
    else:
        D, M, T = q.shape
        q.view(D, -1, G, B, T)[:, :, :, :, a:b] = block.view(-1, B, D, G, b - a).permute(2, 0, 3, 1, 4)


def causal_forward(q: Tensor, k: Tensor, v: Tensor, offsets: Tensor, G: int, B: int) -> Tuple[Tensor, List[Tensor]]:
    T = q.size(2)
    kt, vt = k.permute(1, 0, 2), v.permute(1, 0, 2)  # [M, D', T], [M, D, T]
    o = torch.empty([v.size(0), v.size(1) * G, T], dtype=v.dtype, device=v.device)
    size = __torch__.block_size(T)
    future = __torch__.future_offsets(size, q)
    p = annotate(List[Tensor], [])
    for i in range((T + size - 1) // size):
        a, b = i * size, min(T, i * size + size)
        s = torch.bmm(__torch__.query_block(q, a, b, G, B).transpose(1, 2), kt[:, :, :b])  # [M, G (b - a), b]
        s.view(-1, b - a, b)[:, :, a:] += future[:b - a, :b - a]
        if offsets.numel() > 0:
            rows = s.view(-1, B, G, b - a, b)
            rows += offsets[:, :, a:b, :b]
        torch._softmax(s, -1, False, out=s)
        weights = __torch__.averaged(s, v.size(1))
        __torch__.put_query_block(o, torch.bmm(vt[:, :, :b], weights.transpose(1, 2)), a, b, G, B)
        p.append(s)
    return o, p


def causal_backward(go: Tensor, q: Tensor, k: Tensor, v: Tensor, p: List[Tensor], G: int,
                    B: int) -> Tuple[Tensor, Tensor, Tensor]:
    T = q.size(2)
    kt, vt = k.permute(1, 0, 2), v.permute(1, 0, 2)
    gq, gk, gv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
    gkt, gvt = gk.permute(1, 0, 2), gv.permute(1, 0, 2)
    size = __torch__.block_size(T)
    for i in range(len(p)):
        a, b = i * size, min(T, i * size + size)
        goi = __torch__.query_block(go, a, b, G, B)  # [M, D, G (b - a)]
        gvt[:, :, :b] += torch.bmm(goi, __torch__.averaged(p[i], v.size(1)))
        gs = __torch__.shared(torch.bmm(goi.transpose(1, 2), vt[:, :, :b]), p[i].size(0))
        torch._softmax_backward_data(gs, p[i], -1, q.dtype, grad_input=gs)
        __torch__.put_query_block(gq, torch.bmm(kt[:, :, :b], gs.transpose(1, 2)), a, b, G, B)
        gkt[:, :, :b] += torch.bmm(__torch__.query_block(q, a, b, G, B), gs)
    return gq, gk, gv


def block_size(T: int) -> int:
    if T <= 512:
        return 64
    return 128


# The same by libtorch's own kernel, through autograd: on a GPU, and where the weights of long sequences would take too
# much memory


def by_library(x: Tensor, T: int) -> bool:
    return x.is_cuda or T > 2048


def time_before_features(x: Tensor, B: int) -> Tensor:
    # [D, H B, T] -> [B, H, T, D]
    D, M, T = x.shape
    return x.view(D, -1, B, T).permute(2, 1, 3, 0).contiguous()


def features_before_time(x: Tensor) -> Tensor:
    # [B, H, T, D] -> [D, H B, T]
    return x.permute(3, 1, 0, 2).reshape(x.size(3), -1, x.size(2))


def library_forward(q: Tensor, k: Tensor, v: Tensor, offsets: Tensor, G: int,
                    B: int) -> Tuple[Tensor, List[Tensor]]:
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
    if r > 1:
        o = o.reshape(o.size(0), r, -1, o.size(2), o.size(3)).mean([1])
    torch.set_grad_enabled(False)
    return __torch__.features_before_time(o.detach()), [q, k, v, o]


def library_backward(go: Tensor, saved: List[Tensor], B: int) -> Tuple[Tensor, Tensor, Tensor]:
    go = __torch__.time_before_features(go, B)
    gradients = annotate(List[Optional[Tensor]], [go])
    g = torch.grad([saved[3]], saved[:3], gradients, None, False, False)
    return (__torch__.features_before_time(unchecked_cast(Tensor, g[0])),
            __torch__.features_before_time(unchecked_cast(Tensor, g[1])),
            __torch__.features_before_time(unchecked_cast(Tensor, g[2])))


# The whole attention


def attention_tables(T: int, size: int, base: float, scale: float, compute: int, like: Tensor) -> List[Tensor]:
    # cos and sin of the angles, [size / 2, 1, 1, T], as they are for keys, scaled for queries
    angles = __torch__.rotary_angles(T, size, base, like).t().reshape(-1, 1, 1, T)
    cos, sin = torch.cos(angles), torch.sin(angles)
    t = __torch__.wide(compute)
    return [(cos * scale).to(t), (sin * scale).to(t), cos.to(t), sin.to(t)]


def turn(x: Tensor, tables: List[Tensor], i: int, direction: float, B: int) -> Tensor:
    # query (i = 0) or key (i = 1) [D, H, N], turned in place where its type allows
    y = x.to(tables[0].dtype)
    __torch__.rotate_rows(y.view(x.size(0), x.size(1), B, -1), tables[2 * i], tables[2 * i + 1], direction)
    return y.to(x.dtype)


# Weights and gradients have another layout in the two passes: rows (feature, head) where canonical ones are (head,
# feature), and taps. What is laid out anew serves all windows of a step.


def attention_prepare(w: List[Tensor], size: int, biases: bool, heads: bool, features: bool,
                      compute: int) -> List[List[Tensor]]:
    # -> the weights, in their order, and the transposed taps of query, key and value heads
    p = [t.to(compute) for t in w]
    step = 1 + int(biases)
    for i in range(3):
        p[i * step] = __torch__.features_first(p[i * step], size)
    p[len(w) - step] = __torch__.features_first(p[len(w) - step].t(), size)  # [D H, E]
    back = annotate(List[Tensor], [])
    for i in range(3):
        start = __torch__.expansion_start(len(w), 2 * i, biases, heads, features)
        if start >= 0:
            back += [__torch__.taps_back(p[start]), __torch__.taps_back(p[start + 2])]
            p[start], p[start + 2] = __torch__.taps(p[start]), __torch__.taps(p[start + 2])
    return [p, back]


def attention_buffers(g: List[Tensor], p: List[List[Tensor]], biases: bool, heads: bool,
                      features: bool) -> List[Tensor]:
    # gradients that are laid out as the weights p: the given ones where the layout is the same, or zeros
    b = [t for t in g]
    for i in __torch__.laid_out_anew(len(g), biases, heads, features):
        b[i] = torch.zeros_like(p[0][i], dtype=g[i].dtype)
    return b


def laid_out_anew(count: int, biases: bool, heads: bool, features: bool) -> List[int]:
    step = 1 + int(biases)
    places = [0, step, 2 * step, count - step]
    for i in range(3):
        start = __torch__.expansion_start(count, 2 * i, biases, heads, features)
        if start >= 0:
            places += [start, start + 2]
    return places


def attention_collect(b: List[Tensor], g: List[Tensor], size: int, biases: bool, heads: bool, features: bool) -> None:
    # adds the buffers b to the gradients
    step = 1 + int(biases)
    for i in __torch__.laid_out_anew(len(g), biases, heads, features):
        if i < 3 * step:
            __torch__.add_features_first(g[i], b[i], size)
        elif i == len(g) - step:
            __torch__.add_features_first(g[i].t(), b[i], size)
        else:
            rows = g[i].view(g[i].size(0), g[i].size(1), -1)  # [R, C, K]
            rows += b[i].view(rows.size(0), -1, rows.size(1)).permute(0, 2, 1)


def attention_forward(x: Tensor, offsets: Tensor, prepared: List[List[Tensor]], tables: List[Tensor], size: int,
                      kernel: int, biases: bool, heads: bool, features: bool, rotary: int,
                      compute: int) -> Tuple[Tensor, List[Tensor]]:
    # [B, T, E] -> [B, T, E] and what the backward pass needs
    B, T, E = x.shape
    N = B * T
    D = size
    w = prepared[0]
    n = x.reshape(N, E).to(compute)
    saved = [n]
    z = annotate(List[Tensor], [])
    for i in range(3):
        p = __torch__.part(w, i, biases)
        H = p[0].size(0) // D
        simulate = __torch__.expansion(w, 2 * i, biases, heads, features)
        K = kernel
        if len(simulate) == 0:
            K = 1
        y = __torch__.padded(D, H, N, K, n)
        inner = y[(K - 1) // 2:D + (K - 1) // 2]
        torch.mm(p[0], n.t(), out=inner.view(D * H, N))
        if biases:
            inner += p[1].view(H, D).t().unsqueeze(2)
        if rotary == 1 and i < 2:
            turned = __torch__.turn(inner, tables, 1, 1., B)
            if n.dtype != tables[0].dtype:
                inner.copy_(turned)
        if len(simulate) > 0:
            saved.append(y)
            y, active = __torch__.expand_heads_forward(y, simulate, kernel)
            saved.append(active)
        if features and i < 2:
            saved.append(y)
            y, active = __torch__.expand_features_forward(
                y.view(D, -1), __torch__.expansion(w, 2 * i + 1, biases, heads, features))
            y = y.view(y.size(0), -1, N)
            saved.append(active)
        if rotary == 2 and i < 2:
            y = __torch__.turn(y, tables, i, 1., B)
        elif i == 0:
            y.mul_(float(y.size(0)) ** -0.5)
        z.append(y.view(y.size(0), -1, T))
    G = z[0].size(1) // z[1].size(1)
    w_o = __torch__.part(w, 3, biases)
    slots = w_o[0].size(0)
    if slots * B > z[2].size(1) * G * D:  # each simulated head has a slot, and sees values that it shares
        z[2] = z[2].repeat([1, slots * B // (z[2].size(1) * D), 1])
    if __torch__.by_library(x, T):
        o, kept = __torch__.library_forward(z[0], z[1], z[2], offsets, G, B)
    else:
        o, p = __torch__.causal_forward(z[0], z[1], z[2], offsets, G, B)
        kept = z + p
    groups = o.size(1) * D // (B * slots)
    if groups > 1:
        o = o.view(D, groups, -1).mean([1])
    o = o.view(slots, N)
    y = torch.mm(o.t(), w_o[0])
    if biases:
        y += w_o[1]
    return y.view(B, T, E), saved + [o] + kept


def attention_backward(gy: Tensor, saved: List[Tensor], prepared: List[List[Tensor]], g: List[Tensor],
                       tables: List[Tensor], size: int, kernel: int, biases: bool, heads: bool, features: bool,
                       rotary: int, compute: int) -> Tensor:
    # adds the gradients of the weights to g, which is laid out as they are
    B, T, E = gy.shape
    N = B * T
    D = size
    w, back = prepared[0], prepared[1]
    n = saved[0]
    gy = gy.reshape(N, E).to(compute)
    values = len(__torch__.expansion(w, 4, biases, heads, features)) > 0
    own = 1 + int(heads) * 4 + int(values) * 2 + int(features) * 4
    o = saved[own]
    w_o, g_o = __torch__.part(w, 3, biases), __torch__.part(g, 3, biases)
    slots = w_o[0].size(0)
    if biases:
        __torch__.sum_rows(g_o[1], gy)
    __torch__.accumulate(g_o[0], o, gy)
    go = torch.mm(w_o[0], gy.t())  # [D H, N]
    groups = 1
    if values:
        groups = __torch__.expansion(w, 0, biases, heads, features)[0].size(1) * D // slots
    if groups > 1:
        go = go.div_(groups).view(D, 1, -1).expand(D, groups, slots // D * N).contiguous()
    G = __torch__.part(w, 0, biases)[0].size(0) // __torch__.part(w, 1, biases)[0].size(0)
    go = go.view(D, -1, T)
    if __torch__.by_library(go, T):
        gq, gk, gv = __torch__.library_backward(go, saved[own + 1:], B)
    else:
        gq, gk, gv = __torch__.causal_backward(
            go, saved[own + 1], saved[own + 2], saved[own + 3], saved[own + 4:], G, B)
    M = __torch__.part(w, 2, biases)[0].size(0) // D * B
    if heads and not values and gv.size(1) > M:
        gv = gv.view(D, -1, M, T).sum([1])
    gz = [gq, gk, gv]
    gn = torch.empty([0], dtype=n.dtype, device=n.device)
    at = 1
    for i in range(3):
        gx = gz[i].view(gz[i].size(0), -1, N)
        if rotary == 2 and i < 2:
            gx = __torch__.turn(gx, tables, i, -1., B)
        elif i == 0:
            gx.mul_(float(gx.size(0)) ** -0.5)
        first = at
        simulate = __torch__.expansion(w, 2 * i, biases, heads, features)
        if len(simulate) > 0:
            at = at + 2
        if features and i < 2:
            x = saved[at]
            gx = __torch__.expand_features_backward(
                gx.view(gx.size(0), -1), x.view(D, -1), saved[at + 1],
                __torch__.expansion(w, 2 * i + 1, biases, heads, features),
                __torch__.expansion(g, 2 * i + 1, biases, heads, features)).view(D, -1, N)
            at = at + 2
        if len(simulate) > 0:
            gx = __torch__.expand_heads_backward(
                gx, saved[first], saved[first + 1], back[2 * i:2 * i + 2],
                __torch__.expansion(g, 2 * i, biases, heads, features), kernel)
        if rotary == 1 and i < 2:
            gx = __torch__.turn(gx, tables, 1, -1., B)
        p, gp = __torch__.part(w, i, biases), __torch__.part(g, i, biases)
        if biases:
            gp[1].add_(gx.sum([2], dtype=gp[1].dtype).t().reshape(-1))
        flat = gx.reshape(-1, N)
        __torch__.accumulate(gp[0], flat, n)
        if i == 0:
            gn = torch.mm(flat.t(), p[0])
        else:
            gn.addmm_(flat.t(), p[0])
    return gn.view(B, T, E)


def features_first(w: Tensor, D: int) -> Tensor:
    # rows (head, feature) -> rows (feature, head)
    return w.reshape(-1, D, w.size(1)).transpose(0, 1).reshape(w.shape)


def add_features_first(g: Tensor, rows: Tensor, D: int) -> None:
    # adds rows (feature, head) to rows (head, feature)
    H = g.size(0) // D
    g += rows.view(D, H, -1).transpose(0, 1).reshape(g.size(0), -1)
