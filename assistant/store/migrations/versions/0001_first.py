"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Written out, not taken from tables.py: a migration must not change when the tables do.
    op.create_table('audit',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.String(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('chain', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_table('files',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('sha256')
    )
    op.create_table('meta',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_table('outbox',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('first', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.Column('removed', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_table('versions',
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('start', sa.String(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('of', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('issued', sa.String(), nullable=False),
    sa.Column('effective', sa.String(), nullable=False),
    sa.Column('repealed', sa.String(), nullable=False),
    sa.Column('repealed_by', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('aliases', sa.Text(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('removed', sa.Text(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('articles', sa.Integer(), nullable=False),
    sa.Column('provisions', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['file'], ['files.sha256'], ),
    sa.PrimaryKeyConstraint('row'),
    sqlite_autoincrement=True
    )
    op.create_index('versions_by_id', 'versions', ['id', 'status'], unique=False)
    op.create_index('versions_by_status', 'versions', ['status'], unique=False)
    op.create_table('passages',
    sa.Column('rowid', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('provision', sa.String(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('context', sa.Text(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['version'], ['versions.row'], ),
    sa.PrimaryKeyConstraint('rowid')
    )
    op.create_index('passages_by_version', 'passages', ['version'], unique=False)
    op.create_table('provisions',
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('order', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('own', sa.Text(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('heading', sa.Text(), nullable=False),
    sa.Column('trail', sa.Text(), nullable=False),
    sa.Column('parent', sa.String(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('verified', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['version'], ['versions.row'], ),
    sa.PrimaryKeyConstraint('version', 'order'),
    sqlite_with_rowid=False
    )
    op.create_index('provisions_by_id', 'provisions', ['id', 'version'], unique=True)
    op.execute("create trigger if not exists audit_keeps before update on audit begin select raise(abort, 'audit is append-only'); end")
    op.execute("create trigger if not exists audit_stays before delete on audit begin select raise(abort, 'audit is append-only'); end")
