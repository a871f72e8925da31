-- What a node keeps on disk. Everything that matters is in genesis and in the envelopes of transactions: state_rows can be
-- made again from them, and `verify` does so. Migrations are numbered and go forward only; one that has been
-- released is never edited. The number of the last one applied stands in `pragma user_version`.

-- migration 1: blocks, transactions, state

-- The chain's first word, once. JSON: chain, time, parameters. Another genesis is another chain and another folder.
create table genesis (
  one integer primary key check (one = 1),
  document text not null check (json_valid(document))
) strict;

-- One row a block, genesis being height 0. Heights have no gaps (the height before must exist, save for 0), time never
-- goes back, and no row is ever changed: the triggers below hold that, whatever the program does.
create table blocks (
  height integer primary key check (height >= 0),
  time integer not null check (time >= 0),
  previous blob not null check (length(previous) = 32),
  transactions_root blob not null check (length(transactions_root) = 32),
  state_hash blob not null check (length(state_hash) = 32),
  hash blob not null unique check (length(hash) = 32),
  -- Number of transactions.
  count integer not null check (count >= 0),
  -- Slots of the state tree given so far; those without a row are empty.
  slots integer not null check (slots >= 0),
  -- What the block told the world: JSON array of LedgerEvent.
  events text not null check (json_valid(events))
) strict;

create trigger blocks_follow before insert on blocks
when new.height <> (select coalesce(max(height) + 1, 0) from blocks)
  or new.time < (select time from blocks where height = new.height - 1)
begin
  select raise(abort, 'a block must follow the one before');
end;
create trigger blocks_stay before update on blocks begin select raise(abort, 'blocks are never changed'); end;
create trigger blocks_remain before delete on blocks begin select raise(abort, 'blocks are never deleted'); end;

-- Accepted transactions in their order. The bytes are the envelope as it came: canonical CBOR of body and signatures.
-- An id occurs once in a chain; the state's own table `transactions` holds that.
create table transactions (
  height integer not null references blocks (height),
  position integer not null check (position >= 0),
  id blob not null check (length(id) = 32),
  envelope blob not null check (length(envelope) between 1 and 1048576),
  primary key (height, position)
) strict, without rowid;

create trigger transactions_stay before update on transactions
begin select raise(abort, 'transactions are never changed'); end;
create trigger transactions_remain before delete on transactions
begin select raise(abort, 'transactions are never deleted'); end;

-- The state as of the last block. A slot is a row's place in the state tree and its place in the order of insertion; it is
-- given once and never again. Look-ups by key happen in memory, so there is no index to grow.
create table state_rows (
  slot integer primary key check (slot >= 0),
  name text not null,
  key text not null,
  -- Canonical bytes of the row, as they are hashed.
  row blob not null
) strict;
