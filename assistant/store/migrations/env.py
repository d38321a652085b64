"""Alembic's entry: runs the packaged migrations on the database named in the configuration."""

from alembic import context
from sqlalchemy import create_engine

from assistant.store.tables import metadata


def run() -> None:
    """Bring the database to the newest revision in one transaction."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


if getattr(context, "config", None) is not None:
    # Only alembic runs this file with a configuration; a doctest run merely imports it.
    run()
