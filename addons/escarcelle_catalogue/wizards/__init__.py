from . import catalogue_wizard, goods_import, goods_import_line
