"""Messages of chat platforms, what goes out, whose conversation a talk is, and opinions on answers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table('messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('talk', sa.String(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('stream', sa.String(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('claimed', sa.Float(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('lease', sa.Float(), nullable=False),
    sa.Column('snapshot', sa.Text(), nullable=False),
    sa.Column('shown', sa.Float(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('messages_by_mark', 'messages', ['channel', 'bot', 'mark'], unique=False)
    op.create_index('messages_by_state', 'messages', ['state', 'id'], unique=False)
    op.create_index('messages_by_stream', 'messages', ['stream'], unique=False)
    op.create_index('messages_by_talk', 'messages', ['talk', 'state', 'id'], unique=False)
    op.create_index('messages_once', 'messages', ['channel', 'bot', 'key'], unique=True)
    op.create_table('sendings',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('message', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot', sa.String(), nullable=False),
    sa.Column('talk', sa.String(), nullable=False),
    sa.Column('idem', sa.String(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('back', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('lease', sa.Float(), nullable=False),
    sa.Column('due', sa.Float(), nullable=False),
    sa.Column('until', sa.Float(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('sendings_by_message', 'sendings', ['message'], unique=False)
    op.create_index('sendings_by_state', 'sendings', ['state', 'seq'], unique=False)
    op.create_index('sendings_by_talk', 'sendings', ['talk', 'state', 'seq'], unique=False)
    op.create_index('sendings_once', 'sendings', ['idem'], unique=True)
    op.create_table('talks',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('conversation', sa.String(), nullable=False),
    sa.Column('updated', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'owner')
    )
    op.create_table('opinions',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot', sa.String(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
