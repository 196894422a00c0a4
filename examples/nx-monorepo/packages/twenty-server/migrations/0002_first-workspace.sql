-- Up Migration
INSERT INTO workspace (name) VALUES ('Apple'), ('YCombinator');

-- Down Migration
DELETE FROM workspace WHERE name IN ('Apple', 'YCombinator');
