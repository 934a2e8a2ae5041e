# AdamW (arXiv 1711.05101) as PyTorch has it, with clipping by the global norm, over all weights at once.


def add_up(g: List[Tensor]) -> Tensor:
    # adds the gradients of all workers to the first, in parts that stay in a core's cache where one core does it, sets
    # the others to zero, and returns the norm
    size = g[0].numel()
    part = 65536
    if g[0].is_cuda or size > 4000000:
        part = size
    norms = annotate(List[Tensor], [])
    for a in range(0, size, part):
        n = min(part, size - a)
        total = torch.narrow(g[0], 0, a, n)
        for i in range(1, len(g)):
            other = torch.narrow(g[i], 0, a, n)
            total.add_(other)
            other.zero_()
        norms.append(torch.linalg_vector_norm(total))
    return torch.linalg_vector_norm(torch.stack(norms))


def adamw(settings: Tensor, step: Tensor, mean: Tensor, square: Tensor, g: List[Tensor], w: List[Tensor],
          sizes: List[int], decays: List[bool]) -> List[Tensor]:
    # settings: rate, beta1, beta2, epsilon, decay, clip, loss scale, in float64 on the CPU; mean, square and the
    # gradients g of each worker: all weights one after the other, of these sizes. The first result is the norm; where it
    # is not finite, weights, moments and step stay as they are. The gradients become zero.
    torch.set_grad_enabled(False)
    c = annotate(List[float], settings.tolist())
    norm = __torch__.add_up(g) / c[6]
    divisor = torch.full_like(norm, c[6])
    if c[5] > 0.:
        divisor = divisor * torch.clamp_min((norm + 9.9999999999999995e-07) / c[5], 1.)
    divisor = divisor.to(6)
    skip = 1. - torch.isfinite(norm).to(6)
    step += 1. - skip
    gs, means, squares = g[0].split(sizes), mean.split(sizes), square.split(sizes)
    written = [norm]
    for group in [True, False]:
        wi = annotate(List[Tensor], [])
        gi = annotate(List[Tensor], [])
        mi = annotate(List[Tensor], [])
        si = annotate(List[Tensor], [])
        steps = annotate(List[Tensor], [])
        for j in range(len(w)):
            if decays[j] == group:
                wi.append(w[j].view(-1))
                gi.append(gs[j])
                mi.append(means[j])
                si.append(squares[j])
                steps.append(step)
        decay = 0.
        if group:
            decay = c[4]
        if len(wi) > 0:
            torch._fused_adamw_(
                wi, gi, mi, si, [], steps, lr=c[0], beta1=c[1], beta2=c[2], weight_decay=decay, eps=c[3],
                amsgrad=False, maximize=False, grad_scale=divisor, found_inf=skip)
        # the compiler removes an operator that writes to a list unless that very list is used later
        written += wi[:1] + mi[:1] + si[:1]
    g[0].zero_()
    return written
