"""A social grocery that exists nowhere: its goods, its households, its people.

Names, numbers and addresses are invented: the SIREN starts with 0, the barcodes with 952 (GS1's
prefix for examples), the telephones with the numbers kept for fiction.
"""
