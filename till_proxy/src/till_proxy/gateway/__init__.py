"""What the browser talks to instead of Odoo: page, assets, closed RPC table."""
