"""The floor: a bare Django view with one indexed query, on the same server and database as the portal."""

import os

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": environ.Env().db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": None}},
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="-",  # noqa: S106 -- nothing is signed
    USE_I18N=False,
)
application = get_wsgi_application()


class Row(models.Model):
    """A service's name, and nothing else of it."""

    name = models.CharField(max_length=200)

    class Meta:
        app_label = "floor"
        db_table = "catalog_service"
        managed = False

    def __str__(self) -> str:
        return self.name


def name(_request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with one row's name, found by its key."""
    return HttpResponse(Row.objects.values_list("name", flat=True).get(pk=pk))


urlpatterns = [path("<int:pk>/", name)]
