# Some new tokens that continue those in a cache, without gradients. A cache is a list of rooms [B, C, ..] for C tokens,
# of which the first `first` are taken; the new tokens are written behind them. Tables are cos and sin [n, 1, size / 2].


def rotary_tables(first: int, length: int, size: int, base: float, like: Tensor) -> List[Tensor]:
    angles = __torch__.rotary_angles_from(first, length, size, base, like).unsqueeze(1)
    return [torch.cos(angles).to(like.dtype), torch.sin(angles).to(like.dtype)]


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


def attention_tables_at(first: int, length: int, size: int, base: float, rotary: int, compact: bool,
                        like: Tensor) -> List[Tensor]:
    # of the new tokens; then, where keys are rotated after their expansion at each step, of all
    if rotary == 0:
        return annotate(List[Tensor], [])
    tables = __torch__.rotary_tables(first, length, size, base, like)
    if compact and rotary == 2:
        return tables + __torch__.rotary_tables(0, first + length, size, base, like)
    return tables + tables


def expand_heads_of(x: Tensor, w: List[Tensor]) -> Tensor:
    # [B, S, H, D] -> [B, S, H', D], by the product that the training step has
    if len(w) == 0:
        return x
    B, S, H, D = x.shape
    K = w[0].numel() // (w[0].size(0) * w[0].size(1))
    p = (K - 1) // 2
    n = __torch__.padded(D, H, B * S, K, x)
    n[p:D + p] = x.reshape(B * S, H, D).permute(2, 1, 0)
    y, active = __torch__.expand_heads_forward(n, w, K, x.dtype)
    return y.permute(2, 1, 0).reshape(B, S, -1, D)


def expand(x: Tensor, w: List[Tensor], i: int, biases: bool, heads: bool, features: bool) -> Tensor:
    # query (i = 0), key or value heads
    x = __torch__.expand_heads_of(x, __torch__.expansion(w, 2 * i, biases, heads, features))
    if i < 2:
        x = __torch__.expand_features(x, __torch__.expansion(w, 2 * i + 1, biases, heads, features))
    return x


def continued_attention(x: Tensor, w: List[Tensor], rooms: List[Tensor], first: int, tables: List[Tensor], size: int,
                        biases: bool, heads: bool, features: bool, rotary: int, compact: bool) -> Tensor:
    # compact: the cache holds heads before their expansion
    B, T, E = x.shape
    z = [__torch__.project(x, __torch__.part(w, i, biases)).view(B, T, -1, size) for i in range(3)]
    if rotary == 1:
        z[0], z[1] = __torch__.rotate(z[0], tables[0], tables[1]), __torch__.rotate(z[1], tables[0], tables[1])
    if compact:
        z[1], z[2] = __torch__.put(rooms[0], first, z[1]), __torch__.put(rooms[1], first, z[2])
    z = [__torch__.expand(z[i], w, i, biases, heads, features) for i in range(3)]
    if rotary == 2:
        z[0], z[1] = __torch__.rotate(z[0], tables[0], tables[1]), __torch__.rotate(z[1], tables[2], tables[3])
    if not compact:
        z[1], z[2] = __torch__.put(rooms[0], first, z[1]), __torch__.put(rooms[1], first, z[2])
    o = __torch__.attend(z[0], z[1], z[2])
    p = __torch__.part(w, 3, biases)
    return __torch__.project(o.reshape(B, T, -1, p[0].size(1)).mean([2]), p)
