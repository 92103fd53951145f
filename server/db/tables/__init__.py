"""What the books know of the tables: columns only. Constraints live in the migrations."""
