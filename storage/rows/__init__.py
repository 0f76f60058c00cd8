"""How the records of the domain lie in the rows of the tables: what is written, column by column, in one place.

Each `…_COLUMNS` names the columns of the tuples that the `…_row` function beside it makes. The function takes how the
driver wants a moment, so that Core and the raw statements of the hot path write the same rows. `…_from` reads a Core
row back. Knows no statement and no connection.
"""
