"""Cases, the facts added to them, their determinations and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('cases',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('scheme', sa.String(), nullable=False),
    sa.Column('on', sa.String(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('created', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('cases_by_owner', 'cases', ['owner', 'created'], unique=False)
    op.create_table('case_facts',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('case', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['cases.id'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('case_facts_by_case', 'case_facts', ['case'], unique=False)
    op.create_table('case_determinations',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('case', sa.String(), nullable=False),
    sa.Column('at', sa.String(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['cases.id'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('case_determinations_by_case', 'case_determinations', ['case'], unique=False)
    op.create_table('case_decisions',
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('case', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['case'], ['cases.id'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('case_decisions_by_case', 'case_decisions', ['case'], unique=False)
