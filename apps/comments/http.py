"""How the APIs of all apps show what people say."""

from rest_framework import serializers

from apps.accounts.http import PersonOut
from apps.comments.models import Comment
from apps.core.api import Input


class CommentInput(Input):
    """A word in a thread."""

    text = serializers.CharField()


class CommentOut(serializers.ModelSerializer[Comment]):
    """One thing that somebody said."""

    author = PersonOut()

    class Meta:
        model = Comment
        fields = ["id", "author", "text", "at"]
        read_only_fields = fields
