"""Where office programs write who wrote, read or stored a document: no name is left, and the rest stays."""

import zipfile
from io import BytesIO

import pytest

from ideas.drafting.cleaning.__main__ import cleaned

NAME = "Jeanne Lecoq"
LOGIN = "jeanne.lecoq"
HOME = rf"C:\Users\{LOGIN}\Documents"
KINDS = {
    "docx": {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"},
    "xlsx": {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"},
    "pptx": {"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"},
    "odt": {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<o/>"},
}


def part_after(kind, name, content):
    """That part of a document, once it is cleaned."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, text in (KINDS[kind] | {name: content}).items():
            archive.writestr(one, text)
    with zipfile.ZipFile(BytesIO(cleaned(f"a.{kind}", out.getvalue())[2])) as archive:
        return archive.read(name).decode()


WRITTEN = {
    "the folder of a workbook": (
        "xl/workbook.xml",
        '<workbook><mc:Choice Requires="x15"><x15ac:absPath xmlns:x15ac="http://x/ac" '
        rf'url="{HOME}\"/></mc:Choice><sheets><sheet name="Budget"/></sheets></workbook>',
        ["x15ac:absPath", "Budget"],
    ),
    "the personal site that holds a workbook": (
        "xl/workbook.xml",
        "<x15ac:absPath url='https://ville-my.sharepoint.com/personal/jeanne_lecoq_ville_fr/Documents/'/>",
        ["x15ac:absPath"],
    ),
    "who refreshed a pivot table": (
        "xl/pivotCache/pivotCacheDefinition1.xml",
        f'<pivotCacheDefinition r:id="rId1" refreshedBy="{NAME}" refreshedDate="45000" recordCount="3"/>',
        ['refreshedDate="45000"', 'recordCount="3"'],
    ),
    "the columns that SharePoint adds": (
        "customXml/item1.xml",
        f'<p:properties xmlns:p="p"><SharedWithUsers xmlns="u"><UserInfo><DisplayName>{NAME}</DisplayName>'
        f"<AccountId>{LOGIN}</AccountId><AccountType/></UserInfo></SharedWithUsers><Sujet>Vélos</Sujet>"
        f"<u:AccountName>{LOGIN}</u:AccountName></p:properties>",
        ["<AccountType/>", "<Sujet>Vélos</Sujet>"],
    ),
    "the people of a text": (
        "word/people.xml",
        f'<w15:people><w15:person w15:author="{NAME}"><w15:presenceInfo w15:providerId="AD" '
        f'w15:userId="S::{LOGIN}@ville.fr::1"/></w15:person></w15:people>',
        ["w15:person"],
    ),
    "tracked changes": (
        "word/document.xml",
        f'<w:p><w:moveFrom w:id="1" w:author="{NAME}"><w:t>Vélos</w:t></w:moveFrom>'
        f"<w:rPrChange w:author='{NAME}'/></w:p>",
        ["<w:t>Vélos</w:t>"],
    ),
    "who may write in a protected text": (
        "word/document.xml",
        rf'<w:p><w:permStart w:id="7" w:ed="VILLE\{LOGIN}"/><w:t>Vélos</w:t><w:permEnd w:id="7"/></w:p>',
        ['w:id="7"', "<w:t>Vélos</w:t>"],
    ),
    "tasks": (
        "word/documenttasks/documenttasks1.xml",
        f'<t:Task><t:User userId="S::{LOGIN}" userName="{NAME}" userProvider="AD"/></t:Task>',
        ["t:Task"],
    ),
    "the source of a picture": (
        "word/document.xml",
        rf'<w:p><pic:cNvPr id="0" name="plan.jpg" descr="{HOME}\plan.jpg"/>'
        rf"<w:t>Rangé dans C:\Users\commun\vélos</w:t></w:p>",
        ["plan.jpg", r"C:\Users\commun\vélos"],
    ),
    "a link to a file of one's own": (
        "word/_rels/document.xml.rels",
        f'<R><Relationship Id="1" Type="x/hyperlink" TargetMode="External" Target="file:///C:/Users/{LOGIN}/a.docx"/>'
        f'<Relationship Id="2" Type="x/hyperlink" TargetMode="External" Target="file:///home/{LOGIN}/a.docx"/>'
        '<Relationship Id="3" Type="x/hyperlink" TargetMode="External" Target="https://x.example/home/a"/></R>',
        ['"https://x.example/home/a"'],
    ),
    "comments on a sheet": (
        "xl/comments1.xml",
        f'<comments><authors><author>{NAME}</author></authors><comment authorId="0"><t>Bien</t></comment></comments>',
        ['authorId="0"', "<t>Bien</t>"],
    ),
    "conversations on a sheet": (
        "xl/persons/person.xml",
        f'<personList><person displayName="{NAME}" id="{{1}}" userId="{LOGIN}" providerId="None"/></personList>',
        ['id="{1}"'],
    ),
    "who shares a workbook": (
        "xl/revisions/userNames.xml",
        f'<users><userInfo guid="{{1}}" name="{NAME}" id="-3" dateTime="2026-01-01T00:00:00"/></users>',
        ['id="-3"'],
    ),
    "what was changed in a shared workbook": (
        "xl/revisions/revisionLog1.xml",
        f'<revisions><rcmt sheetId="1" cell="A1" guid="{{1}}" author="{NAME}"/></revisions>',
        ['cell="A1"'],
    ),
    "the views of a shared workbook": (
        "xl/workbook.xml",
        f'<customWorkbookViews><customWorkbookView name="{NAME} - Affichage personnalisé" guid="{{1}}"/>'
        f'<customWorkbookView guid="{{2}}" name="{LOGIN} - Affichage personnalisé"/></customWorkbookViews>',
        ['name="1" guid="{1}"', 'guid="{2}" name="2"'],
    ),
    "scenarios": (
        "xl/worksheets/sheet1.xml",
        f'<scenarios><scenario name="Haut" count="1" user="{NAME}" comment="Créé par {NAME}"/></scenarios>',
        ['name="Haut"', 'count="1"'],
    ),
    "who commented slides": (
        "ppt/commentAuthors.xml",
        f'<p:cmAuthorLst><p:cmAuthor id="1" name="{NAME}" initials="JL" lastIdx="1"/></p:cmAuthorLst>',
        ['id="1"'],
    ),
    "who talks about slides": (
        "ppt/authors.xml",
        f'<p188:authorLst><p188:author id="{{1}}" name="{NAME}" initials="JL" userId="{LOGIN}" providerId="AD"/>'
        "</p188:authorLst>",
        ['id="{1}"'],
    ),
    "who changed slides": (
        "ppt/changesInfos/changesInfo1.xml",
        f'<pc:chgInfo><pc:docChgLst><pc:chgData name="{NAME}" userId="S::{LOGIN}" providerId="AD" clId="Web"/>'
        "</pc:docChgLst></pc:chgInfo>",
        ['clId="Web"'],
    ),
    "properties kept in another place": (
        "package/services/metadata/core-properties/1.psmdcp",
        f"<coreProperties><dc:creator>{NAME}</dc:creator><cp:lastModifiedBy>{NAME}</cp:lastModifiedBy></coreProperties>",
        ["coreProperties"],
    ),
    "the properties of the program": (
        "docProps/app.xml",
        f"<Properties><Manager>{NAME}</Manager><Company>{NAME}</Company></Properties>",
        ["Properties"],
    ),
    "comments and changes of an open text": (
        "content.xml",
        f"<o><office:change-info><dc:creator>{NAME}</dc:creator></office:change-info><office:annotation>"
        f"<dc:creator>{NAME}</dc:creator><meta:creator-initials>{NAME}</meta:creator-initials>"
        f"<loext:sender-initials>{NAME}</loext:sender-initials><text:p>Bien</text:p></office:annotation></o>",
        ["<text:p>Bien</text:p>"],
    ),
    "fields of an open text": (
        "content.xml",
        f"<o><text:sender-lastname>{NAME}</text:sender-lastname><text:author-name>{NAME}</text:author-name>"
        f"<text:printed-by>{NAME}</text:printed-by><text:p>Vélos</text:p></o>",
        ["<text:p>Vélos</text:p>"],
    ),
    "earlier versions of an open text": (
        "VersionList.xml",
        f'<VL:version-list><VL:version-entry VL:title="Version1" VL:creator="{NAME}"/></VL:version-list>',
        ['VL:title="Version1"'],
    ),
}
ROOMS = {
    "xl": "xlsx",
    "ppt": "pptx",
    "word": "docx",
    "customXml": "docx",
    "package": "docx",
    "docProps": "docx",
}


@pytest.mark.parametrize("where", WRITTEN)
def test_no_name_is_left_where_office_programs_write_one(where):
    name, content, kept = WRITTEN[where]
    assert any(written in content for written in (NAME, LOGIN, "jeanne_lecoq"))
    after = part_after(ROOMS.get(name.partition("/")[0], "odt"), name, content)
    assert "lecoq" not in after.lower()
    for one in kept:
        assert one in after
