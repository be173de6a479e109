"""The headings that people and programs write over columns, and the fields that they mean.

One table for all readers. It says what a mistyped field of a member file most likely means, and which field
a column of a spreadsheet becomes. A heading means one field or none; nothing is guessed.

Sources: the vendor's import template and export (its page *help/communities/community-import-members*); the
contact fields of Qualtrics (its page *Adding Directory Contacts*); the participants export of LimeSurvey; the
audience export of Mailchimp; the address book of SurveyMonkey (its user's manual, *Upload Emails to a List*);
the CSV export of Google Contacts, as it is since 2024 and as it was before; the CSV export of Outlook; and
what people write in English, German, French and Spanish.
"""

import unicodedata
from functools import lru_cache

_MEANINGS = {
    "emailAddress": (
        "Email, Email Address, Email Addresses, Mail, Mail Address, Primary Email, Email 1, Contact Email",
        "E-Mail-Adresse, Mailadresse, E-Mail Adresse (privat)",
        "Courriel, Adresse e-mail, Adresse mail, Adresse électronique, Mél",
        "Correo, Correo electrónico, Dirección de correo, Dirección de correo electrónico",
        "E-mail 1 - Value",  # Google
    ),
    "firstName": (
        "First Name, Given Name, Forename, Christian Name, Fname",
        "Vorname, Vornamen, Rufname",
        "Prénom, Prénoms",
        "Nombre, Nombre de pila, Primer nombre",
    ),
    "middleName": (
        "Middle Name, Middle Names, Second Name, Middle Initial, Additional Name, Mname",
        "Zweiter Vorname, Mittelname",
        "Deuxième prénom, Second prénom",
        "Segundo nombre",
    ),
    "lastName": (
        "Last Name, Surname, Family Name, Lname",
        "Nachname, Familienname, Zuname",
        "Nom, Nom de famille, Nom de naissance",
        "Apellido, Apellidos, Primer apellido",
    ),
    "birthday": (
        "Birthday, Birth Date, Birthdate, Date of Birth, DOB, Born",
        "Geburtstag, Geburtsdatum, Geb.-Datum, geboren am",
        "Date de naissance, Anniversaire, Né le, Née le",
        "Fecha de nacimiento, Nacimiento, Cumpleaños",
    ),
    "zipCode": (
        "Zip, Zip Code, Postal Code, Postcode, Post Code, ZIP/Postal Code",
        "PLZ, Postleitzahl",
        "Code postal, CP",
        "Código postal, C.P.",
        "Address 1 - Postal Code, Home Postal Code",  # Google, Outlook
    ),
    "city": (
        "City, Town, City/Town, Locality, Place of Residence",
        "Ort, Stadt, Wohnort",
        "Ville, Commune, Localité",
        "Ciudad, Población, Localidad, Municipio",
        "Address 1 - City, Home City",
    ),
    "address1": (
        "Address, Address 1, Address Line 1, Street, Street Address, Mailing Address",
        "Adresse, Straße, Strasse, Anschrift, Straße und Hausnummer",
        "Rue, Adresse 1, Adresse postale",
        "Dirección, Calle, Domicilio",
        "Address 1 - Street, Home Street",
    ),
    "address2": (
        "Address 2, Address Line 2, Apartment, Apt, Suite",
        "Adresszusatz, Adresse 2",
        "Complément d'adresse",
        "Dirección 2, Piso",
        "Address 1 - Extended Address, Home Street 2",
    ),
    "mobileNumber": (
        "Mobile, Mobile Number, Mobile Phone, Cell, Cell Phone, Phone, Phone Number, Telephone, Tel",
        "Handy, Handynummer, Mobil, Mobilnummer, Mobiltelefon, Telefon, Telefonnummer, Tel.-Nr.",
        "Portable, Téléphone, Téléphone portable, Tél, Mobile (portable), Numéro de téléphone",
        "Móvil, Teléfono, Teléfono móvil, Celular, Número de teléfono",
        "Phone 1 - Value",
    ),
    "username": ("Username, User Name, Login, Benutzername, Nom d'utilisateur, Nombre de usuario",),
    "status": ("Status, Member Status",),
    "creationDate": ("Creation Date, Created, Date Created, Join Date, Joined, OPTIN_TIME",),
    "lastLoginTimestamp": ("Last Login, Last Login Date",),
    "unsubscribeDate": ("Unsubscribe Date, Unsubscribed On, Opt-out Date",),
    "source": ("Source, Quelle, Fuente",),
    "custom1": ("Custom 1, Custom Data 1, Custom Data, Custom Variable 1",),
    "custom2": ("Custom 2, Custom Data 2, Custom Variable 2",),
    "custom3": ("Custom 3, Custom Data 3, Custom Variable 3",),
    "custom4": ("Custom 4, Custom Data 4, Custom Variable 4",),
    "custom5": ("Custom 5, Custom Data 5, Custom Variable 5",),
}

_WITHOUT_A_FIELD = (
    "Member ID, Panel Member ID, Contact ID, Recipient ID, ID, Name, Full Name",
    "Vollständiger Name, Nom complet, Nombre completo",
    "Password, Passwort, Mot de passe, Contraseña, Member Type, Anrede, Salutation, Civilité, Country, State",
    "Land, Bundesland, Pays, País, Language, Sprache, Langue, Idioma, Notes, Notizen, Remarques, Notas, Tags",
    "External Data Reference, Unsubscribed, Opted Out",  # Qualtrics
    "tid, token, emailstatus, validfrom, validuntil, invited, reminded, remindercount, completed, usesleft",
    "MEMBER_RATING, OPTIN_IP, CONFIRM_TIME, CONFIRM_IP, LATITUDE, LONGITUDE, GMTOFF, DSTOFF, TIMEZONE, CC",
    "REGION, LAST_CHANGED, LEID, EUID, E-mail 1 - Label, E-mail 1 - Type, Phone 1 - Label, Phone 1 - Type",
)


def field_of(heading: str) -> str | None:
    """The field that a heading means, or None: it is not known, or the API has no field for it."""
    return _fields().get(folded(heading))


def has_no_field(heading: str) -> bool:
    """Whether a heading is known, and the API has no field for what it means."""
    return folded(heading) in _without_a_field()


def folded(heading: str) -> str:
    """The letters and digits of a heading, without case and accents: `E-Mail` and `e_mail` are the same."""
    text = unicodedata.normalize("NFKD", heading.replace("ß", "ss")).casefold()
    return "".join(character for character in text if character.isalnum())


@lru_cache(maxsize=1)
def _fields() -> dict[str, str]:
    return {
        folded(heading): field
        for field, lists in _MEANINGS.items()
        for headings in (field, *lists)
        for heading in headings.split(", ")
    }


@lru_cache(maxsize=1)
def _without_a_field() -> frozenset[str]:
    return frozenset(folded(heading) for headings in _WITHOUT_A_FIELD for heading in headings.split(", "))
