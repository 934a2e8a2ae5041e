# The attentions with factorized projections, for autograd: [B, T, E] -> [B, T, E]. Every projection is a weight and,
# where there are biases, a bias.


def low_rank(x: Tensor, w: List[Tensor], biases: bool) -> Tensor:
    # w: down, norm, up
    step = 1 + int(biases)
    latent = __torch__.rms_norm(__torch__.project(x, w[:step]), w[step:step + 1], 9.9999999999999995e-07)
    return __torch__.project(latent, w[step + 1:2 * step + 1])


# Multi-head latent attention (arXiv 2405.04434, section 2.1); w: query (low rank), key/value down, its norm, key/value
# up, output


def latent_attention(x: Tensor, offsets: Tensor, w: List[Tensor], heads: int, size: int, rotary_size: int, biases: bool,
                     base: float, causal: bool, dropout: float) -> Tensor:
    B, T, E = x.shape
    step = 1 + int(biases)
    q = __torch__.low_rank(x, w, biases).view(B, T, heads, -1)
    kv = w[2 * step + 1:]
    rank = kv[step].size(0)
    down = __torch__.project(x, kv[:step])  # [B, T, R + Dr]
    latent = __torch__.rms_norm(down[:, :, :rank], kv[step:step + 1], 9.9999999999999995e-07)
    up = __torch__.project(latent, kv[step + 1:2 * step + 1]).view(B, T, heads, -1)
    k, v = up[:, :, :, :size], up[:, :, :, size:]
    if rotary_size > 0:
        q = torch.cat([q[:, :, :, :size], __torch__.rotate_heads(q[:, :, :, size:], base)], 3)
        shared = __torch__.rotate_heads(down[:, :, rank:].unsqueeze(2), base)  # [B, T, 1, Dr]
        k = torch.cat([k, shared.expand(B, T, heads, rotary_size)], 3)
    o = __torch__.dot_product(q, k, v, offsets, causal, dropout)
    return __torch__.project(o.reshape(B, T, -1), w[len(w) - step:])


# Multi-matrix factorization attention (arXiv 2412.19255); w: query (low rank), key, value, output


def one_head_attention(x: Tensor, offsets: Tensor, w: List[Tensor], heads: int, rotary: bool, biases: bool, base: float,
                       causal: bool, dropout: float) -> Tensor:
    B, T, E = x.shape
    step = 1 + int(biases)
    q = __torch__.low_rank(x, w, biases).view(B, T, heads, -1)
    rest = w[2 * step + 1:]
    k = __torch__.project(x, rest[:step]).unsqueeze(2)  # [B, T, 1, D]
    v = __torch__.project(x, rest[step:2 * step]).unsqueeze(2)
    if rotary:
        q, k = __torch__.rotate_heads(q, base), __torch__.rotate_heads(k, base)
    o = __torch__.dot_product(q, k, v, offsets, causal, dropout)
    return __torch__.project(o.reshape(B, T, -1), rest[2 * step:])


# Tensor product attention (arXiv 2501.06425, section 3); w: query (its two factors, or one projection), the two factors
# of key and of value, output


def tensor_product(x: Tensor, w: List[Tensor], heads: int, size: int, rotary: bool, base: float,
                   biases: bool) -> Tensor:
    # -> [B, T, H, D]
    B, T, E = x.shape
    step = 1 + int(biases)
    a = __torch__.project(x, w[:step]).view(B, T, heads, -1)  # [B, T, H, R]
    b = __torch__.project(x, w[step:2 * step]).view(B, T, -1, size)  # [B, T, R, D]
    if rotary:
        b = __torch__.rotate_heads(b, base)
    return torch.matmul(a, b) / float(b.size(2))


def tensor_product_attention(x: Tensor, offsets: Tensor, w: List[Tensor], heads: int, size: int, factored_query: bool,
                             rotary: bool, biases: bool, base: float, causal: bool, dropout: float) -> Tensor:
    B, T, E = x.shape
    step = 1 + int(biases)
    if factored_query:
        q = __torch__.tensor_product(x, w, heads, size, rotary, base, biases)
        rest = w[2 * step:]
    else:
        q = __torch__.project(x, w[:step]).view(B, T, heads, size)
        if rotary:
            q = __torch__.rotate_heads(q, base)
        rest = w[step:]
    k = __torch__.tensor_product(x, rest, heads, size, rotary, base, biases)
    v = __torch__.tensor_product(x, rest[2 * step:], heads, size, False, base, biases)
    o = __torch__.dot_product(q, k, v, offsets, causal, dropout)
    return __torch__.project(o.reshape(B, T, -1), rest[4 * step:])
