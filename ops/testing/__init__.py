"""``./escarcelle test``: the layers, what each needs, what counts as green."""
