"""Numbers, certificates and the 公证登记簿: what is kept for ever."""
