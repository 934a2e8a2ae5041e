# Some new tokens that continue those in a cache, without gradients. A cache is a list of rooms [B, C, ..] for C tokens,
# of which the first `first` are taken; the new tokens are written behind them. A single token takes so little arithmetic
# that each operation counts.


def rotary_tables(first: int, length: int, size: int, base: float, like: Tensor) -> List[Tensor]:
    # [T, 1, size], for `rotate_whole`
    angles = __torch__.rotary_angles_from(first, length, size, base, like).unsqueeze(1)
    cos, sin = torch.cos(angles).to(like.dtype), torch.sin(angles).to(like.dtype)
    return [torch.cat([cos, cos], 2), torch.cat([-sin, sin], 2)]


def rotate_whole(x: Tensor, tables: List[Tensor]) -> Tensor:
    # x [B, T, H, size]: with the halves swapped, x2 meets -sin and x1 meets sin
    return torch.addcmul(x * tables[0], torch.roll(x, [x.size(3) // 2], [3]), tables[1])


def project_rows(x: Tensor, w: List[Tensor]) -> Tensor:
    # x [N, E]
    if len(w) > 1:
        return torch.addmm(w[1], x, w[0].t())
    return torch.mm(x, w[0].t())


def put(room: Tensor, first: int, x: Tensor) -> Tensor:
    # writes the new tokens x [B, T, ..] and returns all of them [B, S, ..]
    room.narrow(1, first, x.size(1)).copy_(x)
    return room.narrow(1, 0, first + x.size(1))


def weights_of_last(scores: Tensor, T: int) -> Tensor:
    # scores [.., T, S], of which the T queries are the last of the S positions
    if T > 1:
        S = scores.size(-1)
        future = torch.ones([T, S], dtype=11, device=scores.device).triu_(S - T + 1)
        scores = scores.masked_fill(future, -float("inf"))
    return torch.softmax(scores, -1)


def weighed(weights: Tensor, v: Tensor, heads: int) -> Tensor:
    # weights [H, T, S], values [S, Hv, D] -> [H, T, D]. Neighbouring heads share values where keys have as few heads
    # (`heads` of them), heads h, h + Hv, .. where only values do.
    H, T, S = weights.shape
    Hv = v.size(1)
    v = v.transpose(0, 1)
    if Hv == heads:
        return torch.bmm(weights.view(Hv, -1, S), v).view(H, T, -1)
    o = torch.bmm(weights.view(-1, Hv, T, S).transpose(0, 1).reshape(Hv, -1, S), v)
    return o.view(Hv, -1, T, v.size(2)).transpose(0, 1).reshape(H, T, -1)


def attend_sequence(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    # q [T, H, D'], k [S, Hk, D'], v [S, Hv, D] -> [T, H, D], without a copy of keys and values
    T, H, D = q.shape
    Hk = k.size(1)
    grouped = (q * D ** -0.5).transpose(0, 1).reshape(Hk, -1, D)  # [Hk, G T, D']
    scores = torch.bmm(grouped, k.permute(1, 2, 0)).view(H, T, -1)
    return __torch__.weighed(__torch__.weights_of_last(scores, T), v, Hk).transpose(0, 1)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    # q [B, T, H, D'], k [B, S, Hk, D'], v [B, S, Hv, D] -> [B, T, H, D]
    return torch.stack([__torch__.attend_sequence(q[b], k[b], v[b]) for b in range(q.size(0))])


# Multi-head attention, grouped or not, and simulated attention: the weights are those of `attention`


def attention_tables_at(first: int, length: int, size: int, base: float, rotary: int, simulates: bool, compact: bool,
                        like: Tensor) -> List[Tensor]:
    # of the new tokens; then, where keys are expanded and rotated anew at each step, of all
    if rotary == 0:
        return annotate(List[Tensor], [])
    if rotary == 1 or not simulates:
        return __torch__.rotary_tables(first, length, size, base, like)
    tables = __torch__.rows_of_angles(first, length, size, base, like)
    if compact:
        return tables + __torch__.rows_of_angles(0, first + length, size, base, like)
    return tables + tables


def rows_of_angles(first: int, length: int, size: int, base: float, like: Tensor) -> List[Tensor]:
    # cos and sin [size / 2, 1, T], for `turned`
    angles = __torch__.rotary_angles_from(first, length, size, base, like).t().unsqueeze(1)
    return [torch.cos(angles).to(like.dtype), torch.sin(angles).to(like.dtype)]


def simulated(x: Tensor, w: List[Tensor], i: int, biases: bool, heads: bool, features: bool,
              tables: List[Tensor]) -> Tensor:
    # query (i = 0), key or value heads [B, S, H, D] -> [B, S, H', D'], expanded and rotated
    B, S, H, D = x.shape
    N = B * S
    we = __torch__.expansion(w, 2 * i, biases, heads, features)
    K = 1
    if len(we) > 0:
        K = we[0].numel() // (we[0].size(0) * H)
    p = (K - 1) // 2
    y = __torch__.padded(D, H, N, K, x)
    y[p:D + p] = x.reshape(N, H, D).permute(2, 1, 0)
    if len(we) > 0:
        y = __torch__.expand_heads_forward(y, __torch__.head_taps(we, D), K, False)[0]  # [D, H', N]
    if i < 2 and features:
        we = __torch__.expansion(w, 2 * i + 1, biases, heads, features)
        H = y.size(1)
        y1 = torch.addmm(we[1].unsqueeze(1), we[0], y.view(D, -1))
        y = torch.addmm(we[3].unsqueeze(1), we[2], torch.relu(y1)).add_(y1).view(-1, H, N)  # [D', H', N]
    if len(tables) > 0:
        y = __torch__.turned(y.view(y.size(0), -1, S), tables, 1.).view(y.shape)
    return y.permute(2, 1, 0).view(B, S, y.size(1), y.size(0))


def continued_attention(x: Tensor, w: List[Tensor], rooms: List[Tensor], first: int, tables: List[Tensor], size: int,
                        biases: bool, heads: bool, features: bool, rotary: int, compact: bool) -> Tensor:
    # compact: the cache holds heads before their expansion
    B, T, E = x.shape
    n = x.view(B * T, E)
    q = __torch__.project_rows(n, __torch__.part(w, 0, biases)).view(B, T, -1, size)
    k = __torch__.project_rows(n, __torch__.part(w, 1, biases)).view(B, T, -1, size)
    v = __torch__.project_rows(n, __torch__.part(w, 2, biases)).view(B, T, -1, size)
    simulates = heads or features
    if rotary == 1 or (rotary == 2 and not simulates):
        q, k = __torch__.rotate_whole(q, tables), __torch__.rotate_whole(k, tables)
    if compact:
        k, v = __torch__.put(rooms[0], first, k), __torch__.put(rooms[1], first, v)
    if simulates:
        turning = annotate(List[Tensor], [])
        if rotary == 2:
            turning = tables
        q = __torch__.simulated(q, w, 0, biases, heads, features, turning[:2])
        k = __torch__.simulated(k, w, 1, biases, heads, features, turning[2:])
        if heads:
            v = __torch__.simulated(v, w, 2, biases, heads, features, turning[:0])
    if not compact:
        k, v = __torch__.put(rooms[0], first, k), __torch__.put(rooms[1], first, v)
    o = __torch__.attend(q, k, v)
    p = __torch__.part(w, 3, biases)
    slots = p[0].size(1)
    if o.size(2) * size > slots:
        o = o.reshape(B, T, -1, slots).mean([2])
    return __torch__.project_rows(o.reshape(B * T, slots), p).view(B, T, E)
