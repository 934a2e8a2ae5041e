# The training step of an attention that is written for autograd alone: attention_for_model is bound beside this source.


def attention_tables_for_model(T: int, compute: int, like: Tensor) -> List[Tensor]:
    return annotate(List[Tensor], [])


def attention_prepare_for_model(w: List[Tensor], compute: int) -> List[List[Tensor]]:
    return [w]


def attention_buffers_for_model(g: List[Tensor], p: List[List[Tensor]]) -> List[List[Tensor]]:
    return [g]


def attention_collect_for_model(b: List[List[Tensor]], g: List[Tensor]) -> None:
    return None


def attention_forward_for_model(x: Tensor, B: int, offsets: Tensor, p: List[List[Tensor]], tables: List[Tensor],
                                compute: int) -> Tuple[Tensor, List[Tensor]]:
    # x [N, E], the tokens of B windows
    x = x.view(B, -1, x.size(1)).detach().requires_grad_(True)
    leaves = [t.detach().requires_grad_(True) for t in p[0]]
    torch.set_grad_enabled(True)
    y = __torch__.attention_for_model(x.to(compute), offsets, [t.to(compute) for t in leaves]).to(x.dtype)
    torch.set_grad_enabled(False)
    return y.detach().view(-1, x.size(2)), [x, y] + leaves


def attention_backward_for_model(gy: Tensor, B: int, saved: List[Tensor], p: List[List[Tensor]], g: List[List[Tensor]],
                                 tables: List[Tensor], compute: int) -> Tensor:
    gradients = annotate(List[Optional[Tensor]], [gy.view(saved[1].shape)])
    found = torch.grad([saved[1]], saved[:1] + saved[2:], gradients, None, False, False)
    for i in range(len(g[0])):
        g[0][i].add_(unchecked_cast(Tensor, found[i + 1]))
    return unchecked_cast(Tensor, found[0]).reshape(gy.shape)
