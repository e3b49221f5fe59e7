from odoo.exceptions import UserError


class School(UserError):
    """Raised in the place of signing when a point of sale is in training mode: the order is rolled back,
    ``ticket`` is what would have been signed. A browser that does not know gets the sentence."""

    def __init__(self, env, ticket):
        super().__init__(
            env._("This point of sale is in training mode: nothing is sold. Leave the training mode, then try again.")
        )
        self.ticket = ticket
