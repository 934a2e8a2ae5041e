# The attentions with factorized projections on new tokens that continue those in a cache (see `decoding`). A single token
# meets latents and factors as they are; several at once meet the keys and values made of them.


def latent_part(x: Tensor, kv: List[Tensor], rank: int, step: int) -> Tuple[Tensor, Tensor]:
    # -> the latent of keys and values [B, T, R], and the features with position [B, T, Dr]
    down = __torch__.project(x, kv[:step])
    return __torch__.rms_norm(down[:, :, :rank], kv[step:step + 1], 9.9999999999999995e-07), down[:, :, rank:]


def continued_latent_attention(x: Tensor, w: List[Tensor], rooms: List[Tensor], first: int, tables: List[Tensor],
                               heads: int, size: int, rotary_size: int, biases: bool) -> Tensor:
    B, T, E = x.shape
    step = 1 + int(biases)
    q = __torch__.low_rank(x, w, biases).view(B, T, heads, -1)
    kv = w[2 * step + 1:]
    rank = kv[step].size(0)
    latent, turning = __torch__.latent_part(x, kv, rank, step)
    latent = __torch__.put(rooms[0], first, latent)  # [B, S, R]
    if rotary_size > 0:
        q = torch.cat([q[:, :, :, :size], __torch__.rotate_whole(q[:, :, :, size:], tables)], 3)
        turning = __torch__.put(rooms[1], first, __torch__.rotate_whole(turning.unsqueeze(2), tables))
    up = kv[step + 1:2 * step + 1]
    if T == 1:
        o = __torch__.attend_latent(q.squeeze(1), latent, turning, up, heads, size)
    else:
        both = __torch__.project(latent, up).view(B, latent.size(1), heads, -1)
        k, v = both[:, :, :, :size], both[:, :, :, size:]
        if rotary_size > 0:
            k = torch.cat([k, turning.expand(B, k.size(1), heads, rotary_size)], 3)
        o = __torch__.attend(q, k, v)
    return __torch__.project(o.reshape(B, T, -1), w[len(w) - step:])


def attend_latent(q: Tensor, latent: Tensor, turning: Tensor, up: List[Tensor], heads: int, size: int) -> Tensor:
    # q [B, H, D + Dr], latent [B, S, R], turning [B, S, 1, Dr] -> [B, H, Dv]. Queries and outputs pass through the weights
    # that make keys and values of the latent; the bias of keys adds the same to all scores.
    w = up[0].view(heads, -1, latent.size(2))  # [H, D + Dv, R]
    ql = torch.matmul(q[:, :, :size].unsqueeze(2), w[:, :size]).squeeze(2)  # [B, H, R]
    scores = torch.bmm(ql, latent.transpose(1, 2))  # [B, H, S]
    if q.size(2) > size:
        scores = scores + torch.bmm(q[:, :, size:], turning.squeeze(2).transpose(1, 2))
    weights = torch.softmax(scores * q.size(2) ** -0.5, -1)
    o = torch.bmm(weights, latent).unsqueeze(2)  # [B, H, 1, R]
    o = torch.matmul(o, w[:, size:].transpose(1, 2)).squeeze(2)
    if len(up) > 1:
        o = o + up[1].view(heads, -1)[:, size:]
    return o


def continued_one_head_attention(x: Tensor, w: List[Tensor], rooms: List[Tensor], first: int, tables: List[Tensor],
                                 heads: int, rotary: bool, biases: bool) -> Tensor:
    B, T, E = x.shape
    step = 1 + int(biases)
    q = __torch__.low_rank(x, w, biases).view(B, T, heads, -1)
    rest = w[2 * step + 1:]
    k = __torch__.project(x, rest[:step]).unsqueeze(2)  # [B, T, 1, D]
    v = __torch__.project(x, rest[step:2 * step]).unsqueeze(2)
    if rotary:
        q, k = __torch__.rotate_whole(q, tables), __torch__.rotate_whole(k, tables)
    o = __torch__.attend(q, __torch__.put(rooms[0], first, k), __torch__.put(rooms[1], first, v))
    return __torch__.project(o.reshape(B, T, -1), rest[2 * step:])


def factors(x: Tensor, w: List[Tensor], heads: int, size: int, biases: bool) -> Tuple[Tensor, Tensor]:
    # -> a [B, T, H, R] and b [B, T, R, D]
    B, T, E = x.shape
    step = 1 + int(biases)
    a = __torch__.project(x, w[:step]).view(B, T, heads, -1)
    return a, __torch__.project(x, w[step:2 * step]).view(B, T, -1, size)


def continued_tensor_product_attention(x: Tensor, w: List[Tensor], rooms: List[Tensor], first: int,
                                       tables: List[Tensor], heads: int, size: int, factored_query: bool, rotary: bool,
                                       biases: bool) -> Tensor:
    B, T, E = x.shape
    step = 1 + int(biases)
    if factored_query:
        a, b = __torch__.factors(x, w, heads, size, biases)
        if rotary:
            b = __torch__.rotate_whole(b, tables)
        q = torch.matmul(a, b) / float(b.size(2))
        rest = w[2 * step:]
    else:
        q = __torch__.project(x, w[:step]).view(B, T, heads, size)
        if rotary:
            q = __torch__.rotate_whole(q, tables)
        rest = w[step:]
    ak, bk = __torch__.factors(x, rest, heads, size, biases)
    if rotary:
        bk = __torch__.rotate_whole(bk, tables)
    av, bv = __torch__.factors(x, rest[2 * step:], heads, size, biases)
    ak, bk = __torch__.put(rooms[0], first, ak), __torch__.put(rooms[1], first, bk)
    av, bv = __torch__.put(rooms[2], first, av), __torch__.put(rooms[3], first, bv)
    if T == 1:
        o = __torch__.attend_factors(q.squeeze(1), ak, bk, av, bv)
    else:
        o = __torch__.attend(q, torch.matmul(ak, bk) / float(bk.size(2)), torch.matmul(av, bv) / float(bv.size(2)))
    return __torch__.project(o.reshape(B, T, -1), rest[4 * step:])


def attend_factors(q: Tensor, ak: Tensor, bk: Tensor, av: Tensor, bv: Tensor) -> Tensor:
    # q [B, H, D], a [B, S, H, R], b [B, S, R, D] -> [B, H, D]: a query meets the factors b, and the factors a weigh
    # what it found
    B, S, H, R = ak.shape
    met = torch.bmm(q, bk.view(B, S * R, -1).transpose(1, 2)).view(B, H, S, R)
    scores = (met * ak.transpose(1, 2)).sum([3]) / float(R)  # [B, H, S]
    weights = torch.softmax(scores * q.size(2) ** -0.5, -1).unsqueeze(3)
    shares = (weights * av.transpose(1, 2)).reshape(B, H, -1)  # [B, H, S R]
    return torch.bmm(shares, bv.view(B, -1, q.size(2))) / float(av.size(3))
