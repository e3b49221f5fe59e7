"""``l10n_fr_pos_cert`` is replaced (nf525 §3), on the real module in a database of its own."""

import pytest

import stock_module
from apps_screen import AppsScreen
from ops import fiscal


@pytest.mark.parametrize(
    "scenario",
    [
        stock_module.empty_stock_module_is_replaced,
        stock_module.stock_module_does_not_come_along,
        stock_module.stock_module_with_data_is_kept,
    ],
    ids=lambda scenario: scenario.__name__,
)
def test_stock_module(make_world, cluster, scenario):
    world = make_world("base")
    fiscal.migrate(cluster, world.name)
    scenario(AppsScreen(world.conf, world.name, world.environment()))
