-- What the terminal has learnt from the ledger's event stream, and nothing else: it can be thrown away and folded
-- again from genesis. Every block's rows are written together with its height.
create table position (
  one integer primary key check (one = 1),
  chain text not null,
  height integer not null check (height >= 0),
  time integer not null,
  heard integer not null
) strict;
-- The price book: table is collective | product | stock, and the live keyset of a subsystem: live. Row is JSON.
create table book (
  tab text not null,
  key text not null,
  row text not null,
  primary key (tab, key)
) strict, without rowid;
create table keysets (
  id text primary key,
  office text not null,
  moduli text not null
) strict, without rowid;
create table batches (
  id text primary key check (length(id) = 16),
  key text not null,
  until integer not null
) strict, without rowid;
create table offices (
  collective text primary key,
  key text not null
) strict, without rowid;
-- Serials that no till may take any more.
create table serials (
  serial text primary key,
  state text not null check (state in ('spent', 'aborted', 'locked'))
) strict, without rowid;
