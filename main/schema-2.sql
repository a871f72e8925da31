-- Second form of the terminal's book. Transcripts: the crowd's number lies inside the slot, so that every slot has one length for
-- good (SQLite writes a row of the same length over the old one in its place; a longer one is laid down in order of arrival).
-- Outbox: people may dismiss an entry that was set aside, with a reason that is kept; found by state and time without
-- reading what was written in thirty days. Crowds: which have lost their transcripts.
create table transcript_slots_2 (
  slot integer primary key,
  -- Crowd 4 (big-endian, 0 = free) ‖ sealed transcript 640.
  content blob not null check (length(content) = 644)
) strict;
insert into transcript_slots_2 (slot, content)
  select slot, unhex(printf('%08x', crowd) || hex(content)) from transcript_slots order by slot;
drop table transcript_slots;
alter table transcript_slots_2 rename to transcript_slots;

create table outbox_2 (
  id text primary key check (length(id) = 64),
  kind text not null check (kind in ('announce', 'redeem', 'abort', 'hand_over', 'count')),
  envelope blob not null,
  due_at integer not null,
  after text,
  state text not null check (state in ('waiting', 'answered', 'set_aside', 'dismissed')),
  height integer,
  refusal text,
  -- When it was set aside or dismissed, seconds since 1970, and why a person dismissed it.
  decided_at integer,
  reason text check ((state = 'dismissed') = (reason is not null))
) strict, without rowid;
insert into outbox_2 (id, kind, envelope, due_at, after, state, height, refusal)
  select id, kind, envelope, due_at, after, state, height, refusal from outbox;
drop table outbox;
alter table outbox_2 rename to outbox;
create index outbox_by_state on outbox (state, due_at);
create index outbox_by_after on outbox (after) where after is not null;

alter table closed_crowds add column forgotten integer not null default 0 check (forgotten in (0, 1));
create index crowds_by_redemption on closed_crowds (redemption) where redemption is not null;
create index crowds_small on closed_crowds (small) where small = 1;
create index crowds_final on closed_crowds (final_at) where final_at is not null and forgotten = 0;
create index unbooked_by_type on unbooked_goods (type, amount);
