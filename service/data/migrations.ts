/** In order; a migration that has run is never edited. */
export const MIGRATIONS: { name: string; sql: string }[] = [
  {
    name: '001-shop',
    sql: `
      create table products (
        id integer primary key,
        name text not null,
        description text not null,
        price_cents integer not null check (price_cents > 0)
      );
      create table stock (
        product_id integer primary key references products (id),
        available bigint not null check (available >= 0)
      );
      create table reservations (
        order_id uuid primary key,
        product_id integer not null references products (id),
        quantity integer not null check (quantity > 0),
        created_at timestamptz not null default now()
      );
      create table orders (
        id uuid primary key,
        product_id integer not null references products (id),
        quantity integer not null check (quantity > 0),
        total_cents bigint not null,
        status text not null default 'pending' check (status in ('pending', 'fulfilled')),
        created_at timestamptz not null default now(),
        fulfilled_at timestamptz
      );`,
  },
  {
    name: '002-seed',
    sql: `
      insert into products (id, name, description, price_cents)
      select n,
             (array['Kettle', 'Lamp', 'Chair', 'Mug', 'Backpack'])[1 + n % 5] || ' ' || n,
             'One of the fifty things this shop sells.',
             500 + (n * 137) % 9500
      from generate_series(1, 50) as n;
      insert into stock (product_id, available)
      select id, 100000000 from products;`,
  },
  {
    // Three months of sales, some products in far greater demand than others. The foreign key comes last: one check of
    // the whole table is much faster than one of each row.
    name: '003-sales',
    sql: `
      create table sales (
        product_id integer not null,
        quantity integer not null check (quantity > 0),
        sold_at timestamptz not null
      );
      insert into sales (product_id, quantity, sold_at)
      select 1 + floor(50 * power((hashint4(n) & 65535) / 65536::float8, 2)),
             1 + n % 3,
             now() - n * interval '26 seconds'
      from generate_series(1, 300000) as n;
      alter table sales add foreign key (product_id) references products (id);
      analyze sales;`,
  },
];
