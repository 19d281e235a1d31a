"""What people bring as files: a table of objectives, and a whole quarter."""

from typing import Any, Final

from django import forms

from apps.core.forms import Text, as_form_error
from apps.core.text import clean_text
from apps.okrs import imports

SHEETS: Final = ".csv,.tsv,.txt,text/csv"
WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # what XLSX and XLS begin with


class SheetForm(forms.Form):
    """A table of objectives: a file, or pasted; what was chosen as a file becomes the text of the form."""

    upload = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="A file",
        help_text="CSV, as spreadsheets save it. It takes the place of what is pasted below.",
        widget=forms.FileInput(attrs={"accept": SHEETS}),
    )
    text = Text(
        limit=imports.LONGEST_SHEET,
        required=False,
        label="Or paste the table",
        help_text="The first line names the columns; one line for each key result.",
    )

    def clean_upload(self) -> str:
        """Return the text of the file."""
        upload = self.cleaned_data["upload"]
        content: bytes = upload.read() if upload else b""
        if content.startswith(WORKBOOKS):
            message = (
                "This is a workbook. Save the sheet as CSV first, or copy its cells and paste them below."
            )
            raise forms.ValidationError(message)
        with as_form_error():
            return clean_text(imports.text_of(content), field="The file", limit=imports.LONGEST_SHEET)

    def clean(self) -> dict[str, Any]:
        """Put the file in place of the text, and ask for one of them."""
        values = self.cleaned_data
        if "upload" in values and "text" in values:
            values["text"] = values["upload"] or values["text"]
            if not values["text"].strip():
                self.add_error("text", "Choose a file, or paste a table.")
        return values


class QuarterFileForm(forms.Form):
    """The JSON file of a quarter."""

    upload = forms.FileField(
        label="File",
        help_text="The JSON that the export of a quarter gave; at most 10 MB. Nothing is written yet.",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_upload(self) -> tuple[str, bytes]:
        """Return name and bytes; refuse at once what cannot be a quarter."""
        upload = self.cleaned_data["upload"]
        content: bytes = upload.read()
        if not imports.may_be_quarter(content):
            message = f"{upload.name} is not the JSON file of a quarter."
            raise forms.ValidationError(message)
        if len(content) > imports.LARGEST:
            message = "The file has more than 10 MB."
            raise forms.ValidationError(message)
        return str(upload.name), content
