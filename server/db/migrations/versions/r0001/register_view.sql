-- 公证登记簿 (P-57) is a question about the cases and never a table of its own.
-- security_invoker: whoever asks sees only what row-level security lets him see.
CREATE VIEW register_view WITH (security_invoker = true) AS
SELECT
    c.office,
    c.id AS case_id,
    c.matter AS category,
    (c.accepted_at AT TIME ZONE 'Asia/Shanghai')::date AS accepted_on,
    EXTRACT(year FROM c.accepted_at AT TIME ZONE 'Asia/Shanghai')::integer AS year,
    COALESCE(h.display_name, c.handling_notary, '') AS handler,
    COALESCE(a.display_name, c.approver) AS approver,
    c.way_of_closing,
    (COALESCE(c.closed_at, c.issued_at) AT TIME ZONE 'Asia/Shanghai')::date AS closed_on,
    t.number
FROM cases AS c
LEFT JOIN certificates AS t ON t.case_id = c.id
LEFT JOIN staff AS h ON h.id = c.handling_notary
LEFT JOIN staff AS a ON a.id = c.approver
WHERE c.accepted_at IS NOT NULL;
