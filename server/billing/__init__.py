"""What a case costs, why, and where its fee stands. Money is whole fen."""
