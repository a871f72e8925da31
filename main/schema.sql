-- The terminal's own book: what must last when the card is pulled, the power goes or the ledger is away.
-- It is written so that after a sale is closed nothing here joins its coupons to its goods or its amount:
-- the join lives only in `in_flight`, which the closing transaction empties; coupons and transcripts lie in prefilled
-- tables of equal slots, each written over a random free one; goods, minutes and count are running totals of the crowd.
-- Forward only: a change is a new numbered file's worth of statements in `database.ts`.

-- The one sale between the card's tap and its close. `answer` is what the card gave; absent until it is on disk.
create table in_flight (
  one integer primary key check (one = 1),
  purchase_id text not null check (length(purchase_id) = 32),
  minutes integer not null check (minutes >= 0),
  day integer not null,
  goods text not null,
  priced text not null,
  answer blob
) strict;

-- The open crowd's totals as one row: number of sales, minutes charged, amounts by type in order of type.
create table crowd (
  one integer primary key check (one = 1),
  number integer not null check (number >= 1),
  totals text not null
) strict;

-- Coupons of the open crowd. Every slot has the same length; the first byte says whether it is in use.
create table coupon_slots (
  slot integer primary key,
  content blob not null check (length(content) = 322)
) strict;

-- Sealed transcripts, kept for disputes until `offlineMax` after the crowd's redemption is final. `crowd` 0 = free.
create table transcript_slots (
  slot integer primary key,
  crowd integer not null check (crowd >= 0),
  content blob not null check (length(content) = 640)
) strict;

-- When a crowd's redemption was answered; its transcripts may go offlineMax later.
create table closed_crowds (
  number integer primary key,
  sales integer not null check (sales >= 0),
  small integer not null check (small in (0, 1)),
  closed_at integer not null,
  redemption text,
  final_at integer
) strict;

-- What the ledger must hear. The id is the transaction's id: stored first, sent until answered, «exists» is success.
-- `after` names an entry that must be answered first (a redemption follows its announcement).
create table outbox (
  id text primary key check (length(id) = 64),
  kind text not null check (kind in ('announce', 'redeem', 'abort', 'hand_over', 'count')),
  envelope blob not null,
  due_at integer not null,
  after text,
  state text not null check (state in ('waiting', 'answered', 'set_aside')),
  height integer,
  refusal text
) strict, without rowid;

-- Goods of hand-overs that the subscription has not shown yet: they are off the shelf and still in the ledger's book.
create table unbooked_goods (
  hand_over text not null,
  type text not null,
  amount integer not null check (amount > 0),
  primary key (hand_over, type)
) strict, without rowid;

-- Purchases this till gave up: ids to tell the next cards (until met), serials to tell the ledger with the next crowd.
create table aborted_purchases (
  id text primary key check (length(id) = 32)
) strict, without rowid;
create table aborted_serials (
  serial text primary key check (length(serial) = 64)
) strict, without rowid;

-- The count under way: what was seen on the shelf, at which height, and what had been sold unknown to the ledger then.
create table count_lines (
  type text primary key,
  counted integer check (counted >= 0),
  height integer,
  sold_unbooked integer,
  book integer,
  reads integer not null default 0
) strict, without rowid;
create table count_state (
  one integer primary key check (one = 1),
  stage text not null check (stage in ('entering', 'sealed', 'posting', 'posted')),
  entry text
) strict;
