"""What must hold after every verb, asked of the tables: each promise is a query for what breaks it.

`%%` is a percent sign that the driver leaves alone.
"""

PROMISES: dict[str, str] = {
    "a fill gives what it holds: remaining and handed over make its quantity": """
        SELECT w.shabad, w.n, w.item, w."window", w.quantity, w.remaining, u.out FROM item_window w
          LEFT JOIN (SELECT shabad, n, item, "window", sum(quantity) AS out
                       FROM window_use JOIN dispense d USING (shabad, n, d) WHERE d.state = 'recorded'
                      GROUP BY 1, 2, 3, 4) u USING (shabad, n, item, "window")
         WHERE w.remaining < 0 OR w.remaining + coalesce(u.out, 0) <> w.quantity""",
    "lines are drawn from fills": """
        SELECT * FROM (SELECT shabad, n, d, item, sum(quantity) AS said FROM dispense_line GROUP BY 1, 2, 3, 4) l
          FULL JOIN (SELECT shabad, n, d, item, sum(quantity) AS drawn FROM window_use GROUP BY 1, 2, 3, 4) u
         USING (shabad, n, d, item) WHERE said IS DISTINCT FROM drawn""",
    "lines come out of packs of their product": """
        SELECT l.shabad, l.n, l.d, l.line, l.quantity, d.state FROM dispense_line l
          JOIN dispense d USING (shabad, n, d)
          LEFT JOIN pack_use u ON (u.shabad, u.n, u.d, u.line) = (l.shabad, l.n, l.d, l.line)
          LEFT JOIN pack p ON p.uid = u.uid AND p.irc = l.irc
         GROUP BY 1, 2, 3, 4, 5, 6
        HAVING l.quantity IS DISTINCT FROM sum(u.count) FILTER (WHERE p.uid IS NOT NULL)
            OR bool_or((u.state = 'returned') <> (d.state = 'returned') OR u.state IN ('reserved', 'released'))""",
    "a fill is open on the day": """
        SELECT d.shabad, d.n, d.d, u.item, u."window" FROM window_use u JOIN dispense d USING (shabad, n, d)
          JOIN item_window w USING (shabad, n, item, "window")
         WHERE (d.dispensed_at AT TIME ZONE 'UTC' + interval '210 minutes')::date  -- the day in Tehran
               NOT BETWEEN w.opens_on AND w.closes_on""",
    "nothing expired, ended or unsigned is handed over": """
        SELECT d.shabad, d.n, d.d FROM dispense d JOIN prescription p USING (shabad, n)
         WHERE d.dispensed_at >= p.redeemable_until OR d.dispensed_at < p.received_at
            OR NOT EXISTS (SELECT FROM signature_evidence e WHERE (e.shabad, e.n) = (d.shabad, d.n))
            OR EXISTS (SELECT FROM prescription_status s WHERE (s.shabad, s.n) = (d.shabad, d.n)
                          AND s.to_state IN ('cancelled', 'cancel_requested', 'replaced') AND s.at < d.dispensed_at)""",
    "whoever hands over holds the prescription": """
        SELECT d.shabad, d.n, d.d FROM dispense d WHERE NOT EXISTS (
               SELECT FROM acceptance_status a
                WHERE a.acceptance = d.acceptance AND a.pharmacy = d.pharmacy AND a.to_state = 'held'
                  AND (a.shabad, a.n) = (d.shabad, d.n)
                  AND a.at <= d.dispensed_at AND a.at > d.dispensed_at - interval '30 minutes')""",
    "the state of a prescription says what is left": """
        SELECT p.shabad, p.n, p.status, sum(w.remaining), sum(w.quantity) FROM prescription p
          JOIN item_window w USING (shabad, n) GROUP BY 1, 2, 3
        HAVING (p.status = 'dispensed' AND sum(w.remaining) > 0)
            OR (p.status IN ('active', 'replaced') AND sum(w.remaining) < sum(w.quantity))
            OR (p.status = 'partly_dispensed'
                AND (sum(w.remaining) = 0 OR sum(w.remaining) = sum(w.quantity)))""",
    "a prescription stands on its SHABAD, numbers have no gaps": """
        SELECT s.shabad, s.bound_n, s.state, max(p.n), count(*) FROM shabad s JOIN prescription p USING (shabad)
         GROUP BY s.shabad
        HAVING s.bound_n IS DISTINCT FROM max(p.n) OR max(p.n) <> count(*)
            OR bool_or(p.patient <> s.patient OR p.centre <> s.centre OR p.practitioner <> s.practitioner)""",
    "what is corrected is replaced, once": """
        SELECT p.shabad, p.replaces, count(*) FROM prescription p
          JOIN prescription o ON (o.shabad, o.n) = (p.shabad, p.replaces) GROUP BY 1, 2
        HAVING count(*) > 1 OR bool_or(o.status <> 'replaced')""",
    "what is replaced has a successor": """
        SELECT o.shabad, o.n FROM prescription o WHERE o.status = 'replaced' AND NOT EXISTS (
               SELECT FROM prescription p WHERE (p.shabad, p.replaces) = (o.shabad, o.n))""",
    "a pack gives what it holds, at one counter": """
        SELECT p.uid, p.size, p.taken, u.out FROM pack p
          LEFT JOIN (SELECT uid, sum(count) AS out, count(DISTINCT pharmacy) AS counters, min(pharmacy) AS counter
                       FROM pack_use WHERE state IN ('consumed', 'pending_verify', 'refused')
                      GROUP BY uid) u USING (uid)
         WHERE p.taken <> coalesce(u.out, 0) OR p.taken > p.size OR u.counters > 1
            OR u.counter IS DISTINCT FROM p.pharmacy""",
    "a pack is set aside once": """
        SELECT uid, count(*) FROM pack_use WHERE state = 'reserved' GROUP BY uid HAVING count(*) > 1""",
    "nobody clears away what is still set aside for another": """
        SELECT u.uid, u.pharmacy, u.reserved_until, h.at FROM pack_use_status h
          JOIN pack_use u ON (u.uid, u.id) = (h.uid, h."use")
         WHERE h.why = 'cleared' AND u.reserved_until > h.at AND NOT EXISTS (
               SELECT FROM pack_use own WHERE own.uid = u.uid AND own.acceptance = u.acceptance
                  AND own.id <> u.id AND own.at = h.at)""",
    "every Rial is in one share": """
        SELECT s.shabad, s.id, s.totals FROM cost_statement s,
               LATERAL (SELECT sum((l->>'gross')::bigint) AS gross, sum((l->>'basic')::bigint) AS basic,
                               sum((l->>'supplementary')::bigint) AS second, sum((l->>'patient')::bigint) AS patient,
                               bool_or(least((l->>'basic')::bigint, (l->>'supplementary')::bigint,
                                             (l->>'patient')::bigint) < 0
                                       OR (l->>'gross')::bigint <> (l->>'basic')::bigint
                                          + (l->>'supplementary')::bigint + (l->>'patient')::bigint) AS wrong
                          FROM jsonb_array_elements(s.lines) l) x
         WHERE x.wrong OR (x.gross, x.basic, x.second, x.patient) IS DISTINCT FROM
               ((s.totals->>'gross')::numeric, (s.totals->>'basic')::numeric,
                (s.totals->>'supplementary')::numeric, (s.totals->>'patient')::numeric)""",
    "a dispense has its statement and its receipt": """
        SELECT d.shabad, d.n, d.d FROM dispense d
          LEFT JOIN cost_statement s ON (s.shabad, s.id, s.n, s.d) = (d.shabad, d.statement, d.n, d.d)
         WHERE s.id IS NULL OR d.receipt IS NULL OR (s.totals->>'gross')::bigint <>
               (SELECT sum(l.gross) FROM dispense_line l WHERE (l.shabad, l.n, l.d) = (d.shabad, d.n, d.d))""",
    "each payer is asked once for its share of each dispense, and nobody else": """
        WITH owed AS (
            SELECT d.shabad, d.n, d.d, k.kind, k.insurer, (s.totals->>k.kind)::bigint AS amount
              FROM dispense d JOIN cost_statement s ON (s.shabad, s.id) = (d.shabad, d.statement)
              JOIN shabad h ON h.shabad = d.shabad, LATERAL (
                   VALUES ('basic', h.basic->>'insurer'), ('supplementary', h.supplementary->>'insurer')
                   ) k (kind, insurer)
             WHERE (s.totals->>k.kind)::bigint > 0
        ), asked AS (SELECT shabad, n, d, kind, insurer, amount FROM claim)
        (SELECT * FROM owed EXCEPT ALL SELECT * FROM asked)
        UNION ALL (SELECT * FROM asked EXCEPT ALL SELECT * FROM owed)""",
    "what came back is claimed from nobody, and only that": """
        SELECT c.number, c.state, d.state AS dispense, v.kind FROM claim c JOIN dispense d USING (shabad, n, d)
          LEFT JOIN claim_version v USING (shabad, n, d, insurer, version)
         WHERE v.kind IS NULL
            OR (d.state = 'recorded' AND (c.state IN ('void', 'reversed') OR v.kind <> 'original'))
            OR (d.state = 'returned' AND c.state <> 'void'
                AND (v.kind <> 'reversal' OR c.state NOT IN ('reversed', 'closed')))""",
    "what goes out is proven: packs, SHABAD, record": """
        SELECT c.number, c.state FROM claim c JOIN dispense d USING (shabad, n, d) JOIN shabad s USING (shabad)
         WHERE c.state NOT IN ('held', 'void') AND d.state = 'recorded'
           AND (s.state NOT IN ('verified', 'used')
                OR NOT EXISTS (SELECT FROM ehr_registration e
                                WHERE e.number = format('%%s-%%s.%%s', c.shabad, c.n, c.d))
                OR EXISTS (SELECT FROM pack_use u WHERE (u.shabad, u.n, u.d) = (c.shabad, c.n, c.d)
                              AND (u.state <> 'consumed' OR u.supplied_at IS NULL)))""",
    "who stands second waits for the first, where the plan says so": """
        SELECT c.number, c.state FROM claim c JOIN dispense d USING (shabad, n, d)
         WHERE c.after_basic AND c.state NOT IN ('held', 'void')
           AND (c.basic_at IS NULL OR NOT EXISTS (
                SELECT FROM claim b WHERE (b.shabad, b.n, b.d, b.kind) = (c.shabad, c.n, c.d, 'basic')
                   AND b.approved IS NOT NULL))""",
    "the queue holds what is ready and what is to be taken back": """
        WITH waiting AS (
            SELECT insurer, number AS claim, version FROM claim WHERE state = 'ready'
             UNION SELECT v.insurer, c.number, v.version FROM claim_version v
               JOIN claim c USING (shabad, n, d, insurer)
              WHERE v.kind = 'reversal' AND NOT EXISTS (
                    SELECT FROM batch_item i
                     WHERE (i.insurer, i.claim, i.version) = (v.insurer, c.number, v.version))
        ), queued AS (SELECT insurer, claim, version FROM ready_claim)
        (SELECT * FROM waiting EXCEPT SELECT * FROM queued)
        UNION ALL (SELECT * FROM queued EXCEPT SELECT * FROM waiting)
        """,
    "an insurer sees what is sealed, word for word, and nothing else": """
        SELECT c.number, c.state, count(i.claim) FROM claim c
          LEFT JOIN batch_item i ON (i.insurer, i.claim) = (c.insurer, c.number)
          LEFT JOIN claim_version v ON (v.shabad, v.n, v.d, v.insurer, v.version)
                                       = (c.shabad, c.n, c.d, c.insurer, i.version)
         GROUP BY c.shabad, c.n, c.d, c.insurer
        HAVING (c.state = 'held' AND count(i.claim) > 0)
            OR (c.state = 'void' AND count(i.claim) > 0)  -- whoever was given a line is told that it holds no more
            OR (c.state NOT IN ('held', 'void', 'ready') AND count(i.claim) = 0)
            OR bool_or(i.claim IS NOT NULL AND (v.line IS DISTINCT FROM i.line
                       OR encode(sha256(i.line), 'hex') <> v.sha256))""",
    "claimed is dispensed less what came back": """
        SELECT c.number, c.state, c.amount, sum(v.amount) AS sent FROM claim c JOIN dispense d USING (shabad, n, d)
          LEFT JOIN batch_item i ON (i.insurer, i.claim) = (c.insurer, c.number)
               AND NOT (i.kind = 'reversal' AND EXISTS (  -- taken back only once it could be read
                   SELECT FROM batch b, jsonb_array_elements(b.ack->'request'->'rejected_items') r
                    WHERE (b.insurer, b.seq) = (i.insurer, i.seq)
                      AND (r->>'claim', (r->>'version')::int) = (i.claim, i.version)))
          LEFT JOIN claim_version v ON (v.shabad, v.n, v.d, v.insurer, v.version)
                                       = (c.shabad, c.n, c.d, c.insurer, i.version)
         WHERE NOT EXISTS (SELECT FROM claim_status h  -- what could not be read is sent twice
                            WHERE (h.shabad, h.n, h.d, h.insurer) = (c.shabad, c.n, c.d, c.insurer)
                              AND h.to_state = 'returned')
         GROUP BY c.shabad, c.n, c.d, c.insurer, d.state
        HAVING coalesce(sum(v.amount), 0) <> CASE
                   WHEN c.state IN ('held', 'ready', 'void') THEN 0
                   WHEN d.state = 'recorded' OR EXISTS (
                        SELECT FROM ready_claim q WHERE (q.insurer, q.claim) = (c.insurer, c.number)) THEN c.amount
                   ELSE 0 END""",
    "a decision explains every Rial": """
        SELECT r.claim, r.version, r.result_no FROM claim_result r
          JOIN claim c ON (c.insurer, c.number) = (r.insurer, r.claim)
         WHERE r.requested <> c.amount OR r.requested <> r.approved + coalesce((
               SELECT sum(x.amount) FROM deduction x
                WHERE (x.insurer, x.claim, x.version, x.result_no)
                      = (r.insurer, r.claim, r.version, r.result_no)), 0)""",
    "what is approved is what the last decision says": """
        SELECT c.number, c.approved FROM claim c WHERE c.approved IS DISTINCT FROM (
               SELECT r.approved FROM claim_result r WHERE (r.insurer, r.claim) = (c.insurer, c.number)
                ORDER BY r.version DESC, r.result_no DESC LIMIT 1)""",
    "what is paid is what the payments say, and never more than was asked": """
        SELECT c.number, c.state, c.amount, c.approved, c.paid, x.sum FROM claim c, LATERAL (
               SELECT coalesce(sum(l.amount), 0) AS sum FROM remittance_line l
                WHERE (l.insurer, l.claim) = (c.insurer, c.number)) x
         WHERE c.paid <> x.sum OR c.paid NOT BETWEEN 0 AND c.amount""",
    "nothing is paid twice": """
        SELECT c.number, c.approved, sum(l.amount) FROM claim c
          JOIN remittance_line l ON (l.insurer, l.claim, l.kind) = (c.insurer, c.number, 'payment')
         GROUP BY c.number, c.approved HAVING sum(l.amount) > coalesce(c.approved, 0)""",
    "a claim at rest balances": """
        SELECT c.number, c.state, v.kind, c.approved, c.paid FROM claim c
          JOIN claim_version v USING (shabad, n, d, insurer, version)
         WHERE (c.state = 'paid' AND c.paid IS DISTINCT FROM c.approved)
            OR (c.state = 'closed' AND c.paid <> CASE WHEN v.kind = 'reversal' THEN 0 ELSE c.approved END)
            OR (c.state IN ('held', 'ready', 'sealed', 'void') AND c.paid <> 0 AND c.version = 1)
            OR (c.state = 'payable' AND c.paid = c.approved)""",
    "a payment is the sum of its lines": """
        SELECT r.insurer, r.payment_no FROM remittance r WHERE r.amount <> (
               SELECT coalesce(sum(l.amount), 0) FROM remittance_line l
                WHERE (l.insurer, l.payment_no) = (r.insurer, r.payment_no))""",
    "batches follow each other without a gap, each naming the one before": """
        SELECT b.insurer, b.seq FROM (
               SELECT *, row_number() OVER w AS place, lag(manifest_sha256, 1, repeat('0', 64)) OVER w AS before
                 FROM batch WINDOW w AS (PARTITION BY insurer ORDER BY seq)) b
          JOIN batch_counter k USING (insurer)
         WHERE b.seq <> b.place OR b.prev_manifest_sha256 <> b.before OR k.n < b.seq
            OR encode(sha256(b.manifest), 'hex') <> b.manifest_sha256
            OR convert_from(b.manifest, 'UTF8')::jsonb->>'prev_manifest_sha256' <> b.before""",
    "a counter counts its batches": """
        SELECT k.insurer, k.n FROM batch_counter k
         WHERE k.n <> (SELECT count(*) FROM batch b WHERE b.insurer = k.insurer)""",
    "a batch is its lines": """
        SELECT b.insurer, b.seq FROM batch b, LATERAL (
               SELECT string_agg(i.line, ''::bytea ORDER BY i.position) AS file, count(*) AS lines,
                      max(i.position) AS last, count(*) FILTER (WHERE i.kind = 'reversal') AS back,
                      sum(v.amount) AS amount
                 FROM batch_item i JOIN claim_version v ON (v.shabad, v.n, v.d, v.insurer, v.version)
                                                           = (i.shabad, i.n, i.d, i.insurer, i.version)
                WHERE (i.insurer, i.seq) = (b.insurer, b.seq)) x
         WHERE x.lines <> b.claim_count + b.reversal_count OR x.back <> b.reversal_count OR x.last <> x.lines
            OR encode(sha256(x.file), 'hex') <> b.file_sha256 OR length(x.file) <> b.file_bytes
            OR x.amount <> b.amount_total""",
    "an acknowledged batch leaves nothing waiting for its receipt": """
        SELECT c.number, b.seq FROM claim c
          JOIN batch_item i ON (i.insurer, i.claim, i.version) = (c.insurer, c.number, c.version)
          JOIN batch b ON (b.insurer, b.seq) = (i.insurer, i.seq)
         WHERE c.state = 'sealed' AND b.state = 'acknowledged'""",
    "a SHABAD is used when a claim on it is sealed, and only then": """
        SELECT s.shabad, s.state FROM shabad s WHERE (s.state = 'used') <> EXISTS (
               SELECT FROM batch_item i WHERE i.shabad = s.shabad AND i.kind = 'original')""",
    "a SHABAD serves one encounter": """
        SELECT shabad, to_state, count(*) FROM shabad_status GROUP BY 1, 2 HAVING count(*) > 1""",
    "a SHABAD that was given up carries nothing": """
        SELECT s.shabad, s.state FROM shabad s WHERE s.state IN ('eliminated', 'expired', 'returned', 'stolen')
           AND (EXISTS (SELECT FROM claim c WHERE c.shabad = s.shabad AND c.state <> 'void')
                OR (s.state <> 'eliminated' AND EXISTS (SELECT FROM prescription p WHERE p.shabad = s.shabad))
                OR EXISTS (SELECT FROM prescription p WHERE p.shabad = s.shabad
                              AND p.status IN ('active', 'partly_dispensed', 'cancel_requested')))""",
    "paper stands on its picture and an emergency": """
        SELECT p.shabad, p.n FROM prescription p WHERE p.source = 'paper' AND NOT EXISTS (
               SELECT FROM transcription t JOIN paper_image i ON i.id = t.image
                 JOIN declaration e ON e.number = t.declaration
                WHERE (t.shabad, t.n) = (p.shabad, p.n) AND i.transcribed_as = format('%%s-%%s', p.shabad, p.n)
                  AND p.received_at >= e.starts_at AND p.received_at < e.ends_at
                  AND e.state = 'in_force' AND e.seal IS NOT NULL)""",
    "a revoked key signs nothing more": """
        SELECT p.shabad, p.n, p.kid FROM prescription p JOIN certificate c USING (kid)
         WHERE c.revoked_at < p.received_at""",
    "every deed is in the audit, once": """
        WITH deeds AS (
            SELECT 'dispense.record' AS verb, format('%%s-%%s.%%s', shabad, n, d) AS subject FROM dispense
            UNION ALL SELECT 'dispense.return', format('%%s-%%s.%%s', shabad, n, d) FROM dispense
             WHERE state = 'returned'
            UNION ALL SELECT CASE source WHEN 'paper' THEN 'paper.transcribe' ELSE 'prescription.sign' END,
                             format('%%s-%%s', shabad, n) FROM prescription
        ), told AS (SELECT verb, subject FROM audit_entry
                     WHERE verb IN ('dispense.record', 'dispense.return', 'paper.transcribe', 'prescription.sign'))
        (SELECT * FROM deeds EXCEPT ALL SELECT * FROM told)
        UNION ALL (SELECT * FROM told EXCEPT ALL SELECT * FROM deeds)
        """,
    "every deed is told once": """
        WITH deeds AS (
            SELECT 'noskheh.after_dispensing' AS task, jsonb_build_object('shabad', shabad, 'n', n, 'd', d) AS args
              FROM dispense
            UNION ALL SELECT 'noskheh.after_return', jsonb_build_object('shabad', shabad, 'n', n, 'd', d)
              FROM dispense WHERE state = 'returned'
            UNION ALL SELECT CASE source WHEN 'paper' THEN 'noskheh.after_transcribing'
                                         ELSE 'noskheh.after_signing' END,
                             jsonb_build_object('shabad', shabad, 'n', n) FROM prescription
        ), told AS (SELECT task_name, args FROM procrastinate_jobs
                     WHERE task_name LIKE 'noskheh.after%%')
        (SELECT * FROM deeds EXCEPT ALL SELECT * FROM told)
        UNION ALL (SELECT * FROM told EXCEPT ALL SELECT * FROM deeds)
        """,
}
