"""What a caller is shown of each resource; which fields, by one table a resource."""
