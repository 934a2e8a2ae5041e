# RMSNorm, SwiGLU and the rotary embedding, each as a function for autograd and as a pair "_forward", "_backward" with
# its derivative by hand. A backward function adds the gradients of the weights w to g, which has the same order, and
# returns the gradient of its input. Products are made in the type `compute`; 5, 6, 7 and 15 are PyTorch's numbers of
# float16, float32, float64 and bfloat16.


def accumulate(g: Tensor, a: Tensor, b: Tensor) -> None:
    # g += a b, where a b may have a narrower type
    if a.dtype == g.dtype:
        g.addmm_(a, b)
    else:
        g += torch.mm(a, b)


def sum_rows(g: Tensor, a: Tensor) -> None:
    # g += the sum of the rows of a [N, F]
    g += a.sum([0], dtype=g.dtype)


def wide(compute: int) -> int:
    # the type of norms, softmax, rotation and losses
    if compute == 7:
        return 7
    return 6


# RMSNorm (arXiv 1910.07467, equation 4); w is [weight] or empty


def rms_norm(x: Tensor, w: List[Tensor], epsilon: float) -> Tensor:
    y = x * torch.rsqrt((x * x).mean([-1], True) + epsilon)
    if len(w) > 0:
        y = y * w[0]
    return y


def rms_norm_forward(x: Tensor, w: List[Tensor], epsilon: float) -> Tuple[Tensor, Tensor, Tensor]:
    # x [N, E] -> y [N, E], x̂ = x r [N, E] and r = 1 / rms [N, 1]
    r = torch.linalg_vector_norm(x, 2, [-1], True)
    r = r.square_().div_(x.size(-1)).add_(epsilon).rsqrt_()
    unit = x * r
    if len(w) > 0:
        return unit * w[0], unit, r
    return unit, unit, r


def rms_norm_backward(gy: Tensor, gx: Tensor, unit: Tensor, r: Tensor, w: List[Tensor], g: List[Tensor]) -> Tensor:
    # adds the gradient through the norm, r (gŷ - x̂ mean(gŷ x̂)) with gŷ = gy weight, to what gx has from elsewhere
    products = gy * unit
    if len(w) > 0:
        __torch__.sum_rows(g[0], products)
        mean = torch.mv(products, w[0]).unsqueeze(1)
        gy = torch.mul(gy, w[0], out=products)
    else:
        mean = products.sum([-1], True)
    return torch.addcmul(gx, torch.addcmul(gy, unit, mean, value=-1. / float(unit.size(1))), r)


# SwiGLU (arXiv 2002.05202, equation 6): down(silu(gate x) * up x); w is [gate, up, down]


def swiglu(x: Tensor, w: List[Tensor]) -> Tensor:
    return torch.linear(torch.silu(torch.linear(x, w[0])) * torch.linear(x, w[1]), w[2])


def swiglu_forward(x: Tensor, w: List[Tensor], compute: int) -> Tuple[Tensor, List[Tensor]]:
    # x [N, E]
    x = x.to(compute)
    gate = torch.mm(x, w[0].to(compute).t())  # [N, F]
    up = torch.mm(x, w[1].to(compute).t())
    hidden = torch.silu(gate).mul_(up)
    return torch.mm(hidden, w[2].to(compute).t()), [x, gate, up]


def swiglu_backward(gy: Tensor, saved: List[Tensor], w: List[Tensor], g: List[Tensor], compute: int) -> Tensor:
    x, gate, up = saved[0], saved[1], saved[2]
    gy = gy.to(compute)
    active = torch.silu(gate)
    __torch__.accumulate(g[2], gy.t(), active * up)
    hidden = torch.mm(gy, w[2].to(compute))  # [N, F]
    gup = active.mul_(hidden)
    ggate = torch.silu_backward(hidden.mul_(up), gate)
    __torch__.accumulate(g[0], ggate.t(), x)
    __torch__.accumulate(g[1], gup.t(), x)
    gx = torch.mm(ggate, w[0].to(compute))
    return gx.addmm_(gup, w[1].to(compute))


# The weights of a decoder layer, in the order of its parts


def layer_weights(w: List[Tensor], i: int, weighted: bool) -> List[Tensor]:
    # of a layer: 0 attention norm, 1 attention, 2 feed-forward norm, 3 feed-forward
    norm = int(weighted)
    last = len(w) - 3
    if i == 0:
        return w[:norm]
    if i == 1:
        return w[norm:last - norm]
    if i == 2:
        return w[last - norm:last]
    return w[last:]


# Rotary embedding (arXiv 2104.09864, equation 34) in half-split form


def rotary_angles(length: int, size: int, base: float, like: Tensor) -> Tensor:
    # [T, size / 2], in float64
    return __torch__.rotary_angles_from(0, length, size, base, like)


def rotary_angles_from(first: int, length: int, size: int, base: float, like: Tensor) -> Tensor:
    # the same for the positions first, first + 1, ..
    position = torch.arange(first, first + length, dtype=7, device=like.device)
    frequency = torch.pow(base, torch.arange(0, size, 2, dtype=7, device=like.device) / -size)
    return torch.outer(position, frequency)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # x [.., size], tables that broadcast to its halves
    x1, x2 = torch.chunk(x, 2, -1)
    return torch.cat([x1 * cos - x2 * sin, x1 * sin + x2 * cos], -1)
