"""The engine's database: tables, connections, migrations, what differs between databases, bulk import."""
