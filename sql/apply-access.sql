-- Brings roles, owners, privileges and the reporter's views to what sql/access.sql decides, in the same transaction. Changes
-- nothing that is as it should be, so that it can be repeated at any time and by several owners' logins in turn.
-- Takes the logins of the processes from the settings aisle.writer_login, aisle.eraser_login and aisle.reporter_login ('' is none).
-- Errors of class AI are the operator's to mend: their messages begin with the variable to look at.

-- The roles. They are groups without a login, so that a password can change, or a second login come, without a new grant.
DO $$
DECLARE
  role text;
BEGIN
  IF octet_length(current_database()) > 54 THEN
    RAISE EXCEPTION USING ERRCODE = 'AI001',
      MESSAGE = 'DB_NAME: expected at most 54 characters, as the roles are named after the database';
  END IF;
  FOREACH role IN ARRAY ARRAY['owner', 'writer', 'eraser', 'reporter'] LOOP
    role := current_database() || '_' || role;
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role);
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE EXCEPTION USING ERRCODE = 'AI001', MESSAGE = format(
        'DB_OWNER_USER: the role %I is missing and %I may not create it; an administrator can say ALTER ROLE %2$I CREATEROLE, or create it',
        role, current_user);
    END;
  END LOOP;
END
$$;

-- Who migrates is an owner too, and so is what it makes.
DO $$
DECLARE
  owner text := current_database() || '_owner';
BEGIN
  IF NOT pg_has_role(current_user, owner, 'USAGE') THEN
    BEGIN
      EXECUTE format('GRANT %I TO CURRENT_USER', owner);
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE EXCEPTION USING ERRCODE = 'AI001', MESSAGE = format(
        'DB_OWNER_USER: %I is no member of %I; an administrator can say GRANT %2$I TO %1$I WITH ADMIN OPTION', current_user, owner);
    END;
  END IF;
END
$$;

-- The schemas. Nobody but an owner makes an object here: a function with its owner's rights could be led to a false one.
DO $$
DECLARE
  owner text := current_database() || '_owner';
BEGIN
  IF NOT has_schema_privilege(owner, 'public', 'CREATE') OR has_schema_privilege('public', 'public', 'CREATE') THEN
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', owner);
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  END IF;
  IF to_regnamespace('reporting') IS NULL THEN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), owner);
    EXECUTE format('CREATE SCHEMA reporting AUTHORIZATION %I', owner);
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA reporting TO %I', current_database() || '_reporter');
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION USING ERRCODE = 'AI001', MESSAGE = format(
    'DB_OWNER_USER: %I does not own the database; an administrator can say ALTER DATABASE %I OWNER TO %1$I',
    current_user, current_database());
END
$$;

-- Tables, views and sequences: the owner, and what writer and eraser may do.
DO $$
DECLARE
  owner text := current_database() || '_owner';
  decided record;
  part record;
  grantee record;
BEGIN
  FOR decided IN SELECT a.*, to_regclass('public.' || quote_ident(a.relation)) AS id FROM relation_access a LOOP
    IF decided.id IS NULL THEN
      RAISE EXCEPTION 'sql/access.sql decides on %, which no migration makes', decided.relation;
    END IF;
    FOR part IN
      SELECT c.oid::regclass AS id
      FROM pg_class c
      WHERE c.oid IN (SELECT decided.id UNION SELECT relid FROM pg_partition_tree(decided.id))
        AND c.relowner <> quote_ident(owner)::regrole
    LOOP
      EXECUTE format('ALTER TABLE %s OWNER TO %I', part.id, owner);
    END LOOP;
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', decided.id);
    FOR grantee IN
      SELECT current_database() || '_' || name AS role, privileges
      FROM (VALUES ('writer', decided.writer), ('eraser', decided.eraser), ('reporter', '')) AS r(name, privileges)
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %I', decided.id, grantee.role);
      IF grantee.privileges <> '' THEN
        EXECUTE format('GRANT %s ON %s TO %I', grantee.privileges, decided.id, grantee.role);
      END IF;
    END LOOP;
  END LOOP;
END
$$;

-- Types of the schema are open to all, as they hold nothing; another owner's login must be able to change them.
DO $$
DECLARE
  own record;
BEGIN
  FOR own IN
    SELECT oid::regtype AS id FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') AND typowner = quote_ident(current_user)::regrole
  LOOP
    EXECUTE format('ALTER TYPE %s OWNER TO %I', own.id, current_database() || '_owner');
  END LOOP;
END
$$;

-- Functions. pg_temp stands last, and so nothing that a caller makes for itself is found before what is meant.
DO $$
DECLARE
  owner text := current_database() || '_owner';
  decided record;
  caller text;
BEGIN
  FOR decided IN SELECT a.*, to_regprocedure('public.' || a.function) AS id FROM function_access a LOOP
    IF decided.id IS NULL THEN
      RAISE EXCEPTION 'sql/access.sql decides on %, which no migration makes', decided.function;
    END IF;
    EXECUTE format('ALTER ROUTINE %s OWNER TO %I', decided.id, owner);
    IF decided.definer THEN
      EXECUTE format('ALTER ROUTINE %s SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp', decided.id);
    ELSE
      EXECUTE format('ALTER ROUTINE %s SECURITY INVOKER', decided.id);
    END IF;
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', decided.id);
    FOREACH caller IN ARRAY ARRAY['writer', 'eraser', 'reporter'] LOOP
      EXECUTE format('REVOKE ALL ON ROUTINE %s FROM %I', decided.id, current_database() || '_' || caller);
      IF caller = ANY (string_to_array(replace(decided.callers, ' ', ''), ',')) THEN
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', decided.id, current_database() || '_' || caller);
      END IF;
    END LOOP;
  END LOOP;
END
$$;

-- The reporter's views. A view carries its text as its comment: one that has not changed is left alone, and no report waits for it.
DO $$
DECLARE
  owner text := current_database() || '_owner';
  reporter_role text := current_database() || '_reporter';
  outdated record;
  wanted record;
BEGIN
  CREATE TEMPORARY TABLE wanted_views ON COMMIT DROP AS
  SELECT
    relation AS name,
    format('SELECT %s FROM public.%I', CASE
      WHEN reporter <> '*' THEN regexp_replace(reporter, '\s+', ' ', 'g')
      ELSE (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
        FROM pg_attribute
        WHERE attrelid = to_regclass('public.' || quote_ident(relation)) AND attnum > 0 AND NOT attisdropped
      )
    END, relation) AS text
  FROM relation_access
  WHERE reporter <> '';

  FOR outdated IN
    SELECT c.relname AS name
    FROM pg_class c
    LEFT JOIN wanted_views w ON w.name = c.relname
    WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v'
      AND obj_description(c.oid, 'pg_class') IS DISTINCT FROM w.text
  LOOP
    EXECUTE format('DROP VIEW reporting.%I', outdated.name);
  END LOOP;

  FOR wanted IN SELECT * FROM wanted_views WHERE to_regclass(format('reporting.%I', name)) IS NULL LOOP
    EXECUTE format('CREATE VIEW reporting.%I AS %s', wanted.name, wanted.text);
    EXECUTE format('COMMENT ON VIEW reporting.%I IS %L', wanted.name, wanted.text);
    EXECUTE format('ALTER VIEW reporting.%I OWNER TO %I', wanted.name, owner);
    EXECUTE format('GRANT SELECT ON reporting.%I TO %I', wanted.name, reporter_role);
  END LOOP;
END
$$;

-- The logins of the processes, where they are not the owner's.
DO $$
DECLARE
  database text := current_database();
  login record;
BEGIN
  FOR login IN
    SELECT 'DB_' || variable AS variable, database || '_' || kind AS role, name
    FROM (VALUES
      ('USER', 'writer', current_setting('aisle.writer_login', true)),
      ('ERASER_USER', 'eraser', current_setting('aisle.eraser_login', true)),
      ('REPORTER_USER', 'reporter', current_setting('aisle.reporter_login', true))
    ) AS logins(variable, kind, name)
    WHERE name <> '' AND name <> current_user
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login.name) THEN
      RAISE EXCEPTION USING ERRCODE = 'AI001', MESSAGE = format(
        '%s: PostgreSQL knows no role %I; an administrator can say CREATE ROLE %2$I LOGIN PASSWORD …', login.variable, login.name);
    END IF;
    IF pg_has_role(login.name, database || '_owner', 'MEMBER') THEN
      RAISE WARNING '%: % has the rights of the owner, beyond those of %', login.variable, login.name, login.role;
    END IF;
    IF NOT EXISTS (
      SELECT FROM pg_auth_members WHERE roleid = quote_ident(login.role)::regrole AND member = quote_ident(login.name)::regrole
    ) THEN
      BEGIN
        EXECUTE format('GRANT %I TO %I', login.role, login.name);
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'AI001', MESSAGE = format(
          '%s: %I is no member of %I; an administrator can say GRANT %3$I TO %2$I', login.variable, login.name, login.role);
      END;
    END IF;
  END LOOP;
END
$$;

-- What holds for a reporter that comes by psql as well. A role's settings are not inherited: each login has its own.
DO $$
DECLARE
  login text := coalesce(current_setting('aisle.reporter_login', true), '');
  wanted record;
BEGIN
  IF login = '' OR login = current_user OR pg_has_role(login, current_database() || '_owner', 'MEMBER') THEN
    RETURN;
  END IF;
  FOR wanted IN
    SELECT *
    FROM (VALUES
      ('search_path', 'reporting, public'),
      ('default_transaction_read_only', 'on'),
      ('statement_timeout', current_setting('aisle.reporter_timeout')),
      ('idle_in_transaction_session_timeout', '5min')
    ) AS settings(name, value)
    WHERE NOT EXISTS (
      SELECT
      FROM pg_db_role_setting s
      WHERE s.setrole = quote_ident(login)::regrole
        AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND name || '=' || value = ANY (s.setconfig)
    )
  LOOP
    BEGIN
      EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %I = %s', login, current_database(), wanted.name,
        CASE WHEN wanted.name = 'search_path' THEN wanted.value ELSE quote_literal(wanted.value) END);
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE WARNING 'DB_REPORTER_USER: % may not set %; an administrator can say ALTER ROLE % IN DATABASE % SET % = %',
        current_user, wanted.name, quote_ident(login), quote_ident(current_database()), wanted.name, wanted.value;
    END;
  END LOOP;
END
$$;
