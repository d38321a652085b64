"""Accounts, their keys, sessions and links to chat platforms; files that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('display', sa.Text(), nullable=False),
    sa.Column('units', sa.Text(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('password', sa.String(), nullable=False),
    sa.Column('disabled', sa.Integer(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('keys',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.Column('expires', sa.String(), nullable=False),
    sa.Column('last_used', sa.String(), nullable=False),
    sa.Column('revoked', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.name'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('keys_by_account', 'keys', ['account'], unique=False)
    op.create_table('sessions',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.Column('expires', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.name'], ),
    sa.PrimaryKeyConstraint('sha256')
    )
    op.create_index('sessions_by_account', 'sessions', ['account'], unique=False)
    op.create_table('links',
    sa.Column('platform', sa.String(), nullable=False),
    sa.Column('tenant', sa.String(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.name'], ),
    sa.PrimaryKeyConstraint('platform', 'tenant', 'user')
    )
    op.create_index('links_by_account', 'links', ['account'], unique=False)
    op.create_table('codes',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('expires', sa.String(), nullable=False),
    sa.Column('used', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.name'], ),
    sa.PrimaryKeyConstraint('sha256')
    )
    op.create_index('codes_by_account', 'codes', ['account'], unique=False)
    op.create_table('waiting',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('documents', sa.Text(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('waiting_by_owner', 'waiting', ['owner'], unique=False)
