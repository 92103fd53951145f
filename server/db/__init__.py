"""PostgreSQL: tables, one book per port, the transaction and the migrations."""
