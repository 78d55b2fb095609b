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
];
