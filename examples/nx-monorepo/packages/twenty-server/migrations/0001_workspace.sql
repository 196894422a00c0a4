-- Up Migration
CREATE TABLE workspace (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE
);

-- Down Migration
DROP TABLE workspace;
