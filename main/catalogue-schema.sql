-- The outlet's catalogue. Names in the screen's languages; `words` is the search index over them.
create table articles (
  rowid integer primary key,
  type text not null unique check (length(type) = 64),
  code text not null unique check (length(code) = 13),
  en text not null,
  de text not null,
  picture text not null,
  grp text not null,
  unit text not null
) strict;
create virtual table words using fts5(en, de, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');
