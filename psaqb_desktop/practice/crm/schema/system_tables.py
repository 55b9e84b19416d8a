"""Tables of the platform itself: people, security, solutions, currencies, audit."""

from __future__ import annotations

from psaqb_desktop.practice.crm.schema.declare import (
    Declaration,
    boolean,
    choice,
    columns,
    decimal,
    instant,
    lookup,
    memo,
    string,
    whole,
)
from psaqb_desktop.practice.crm.schema.model import ManyToMany

_ALLOWED = {0: "Not Allowed", 4: "Allowed"}
_UNMASKED = {0: "Not Allowed", 1: "One Record", 3: "All Records"}


def system_tables() -> list[Declaration]:
    """People, security and organization tables."""
    return [
        Declaration(
            "organization",
            "organizations",
            "name",
            columns(
                string("name", 160),
                lookup("basecurrencyid", "transactioncurrency"),
                whole("languagecode"),
                whole("pricingdecimalprecision"),
                boolean("isauditenabled"),
            ),
        ),
        Declaration(
            "businessunit",
            "businessunits",
            "name",
            columns(
                string("name", 160, required="SystemRequired"),
                lookup("parentbusinessunitid", "businessunit", back="business_unit_parent"),
                string("divisionname", 100),
                boolean("isdisabled"),
            ),
        ),
        Declaration(
            "timezonedefinition",
            "timezonedefinitions",
            "standardname",
            columns(string("standardname"), string("userinterfacename"), whole("timezonecode")),
        ),
        Declaration(
            "transactioncurrency",
            "transactioncurrencies",
            "currencyname",
            columns(
                string("currencyname", 100, required="SystemRequired"),
                string("isocurrencycode", 5, required="SystemRequired"),
                string("currencysymbol", 13),
                whole("currencyprecision"),
                decimal("exchangerate", 10),
            ),
        ),
        *_people_tables(),
        *_security_tables(),
        *_solution_tables(),
        *_record_keeping_tables(),
    ]


def _people_tables() -> list[Declaration]:
    return [
        Declaration(
            "systemuser",
            "systemusers",
            "fullname",
            columns(
                string("fullname", 200),
                string("firstname", 256),
                string("lastname", 256),
                string("internalemailaddress", 100),
                string("domainname", 1024),
                string("azureactivedirectoryobjectid", 50),
                string("applicationid", 50),
                lookup("businessunitid", "businessunit", back="business_unit_system_users"),
                boolean("isdisabled"),
            ),
        ),
        Declaration(
            "team",
            "teams",
            "name",
            columns(
                string("name", 160, required="ApplicationRequired"),
                lookup("businessunitid", "businessunit", back="business_unit_teams"),
            ),
        ),
        Declaration(
            "role",
            "roles",
            "name",
            columns(
                string("name", 100, required="ApplicationRequired"),
                lookup("businessunitid", "businessunit", back="business_unit_roles"),
            ),
        ),
        Declaration(
            "usersettings",
            "usersettingscollection",
            "systemuserid",
            columns(whole("timezonecode"), whole("uilanguageid")),
            primary_id="systemuserid",
        ),
    ]


def _security_tables() -> list[Declaration]:
    return [
        Declaration(
            "fieldsecurityprofile",
            "fieldsecurityprofiles",
            "name",
            columns(string("name", 100, required="ApplicationRequired"), memo("description")),
        ),
        Declaration(
            "fieldpermission",
            "fieldpermissions",
            "attributelogicalname",
            columns(
                lookup(
                    "fieldsecurityprofileid",
                    "fieldsecurityprofile",
                    back="lk_fieldpermission_fieldsecurityprofileid",
                    on_delete="Cascade",
                ),
                string("entityname", 100),
                string("attributelogicalname", 100),
                choice("canread", _ALLOWED),
                choice("cancreate", _ALLOWED),
                choice("canupdate", _ALLOWED),
                choice("canreadunmasked", _UNMASKED),
            ),
        ),
    ]


def _solution_tables() -> list[Declaration]:
    return [
        Declaration(
            "publisher",
            "publishers",
            "friendlyname",
            columns(
                string("uniquename", 256, required="SystemRequired"),
                string("friendlyname", 256, required="SystemRequired"),
                string("customizationprefix", 8, required="SystemRequired"),
                whole("customizationoptionvalueprefix", required="SystemRequired"),
                memo("description"),
                boolean("isreadonly"),
            ),
        ),
        Declaration(
            "solution",
            "solutions",
            "friendlyname",
            columns(
                string("uniquename", 65, required="SystemRequired"),
                string("friendlyname", 256, required="SystemRequired"),
                string("version", 256),
                memo("description"),
                boolean("ismanaged", is_system=True),
                boolean("isvisible", is_system=True),
                instant("installedon", is_system=True),
                lookup(
                    "publisherid",
                    "publisher",
                    back="publisher_solution",
                    required="SystemRequired",
                    on_delete="Restrict",
                ),
            ),
        ),
        _solution_component(),
    ]


def _solution_component() -> Declaration:
    return Declaration(
        "solutioncomponent",
        "solutioncomponents",
        "objectid",
        columns(
            string("objectid", 50),
            choice(
                "componenttype",
                {1: "Entity", 2: "Attribute", 10: "Entity Relationship", 14: "Entity Key"},
            ),
            lookup(
                "solutionid",
                "solution",
                back="solution_solutioncomponent",
                on_delete="Cascade",
            ),
        ),
    )


def _record_keeping_tables() -> list[Declaration]:
    return [
        Declaration(
            "audit",
            "audits",
            "objecttypecode",
            columns(
                string("objecttypecode", 100),
                string("objectid", 50),
                choice("operation", {1: "Create", 2: "Update", 3: "Delete"}),
                choice("action", {1: "Create", 2: "Update", 3: "Delete"}),
                lookup("userid", "systemuser", back="lk_audit_userid"),
                memo("changedata", 1048576),
                string("attributemask", 4000),
            ),
        ),
        Declaration(
            "annotation",
            "annotations",
            "subject",
            columns(
                string("subject", 500),
                memo("notetext", 100000),
                string("filename", 255),
                string("mimetype", 256),
                boolean("isdocument"),
                lookup(
                    "objectid",
                    "invoice",
                    nav="objectid_invoice",
                    back="Invoice_Annotation",
                    on_delete="Cascade",
                ),
            ),
            ownership="UserOwned",
        ),
    ]


INTERSECTS = (
    ManyToMany(
        "systemuserprofiles_association",
        "systemuser",
        "fieldsecurityprofile",
        "systemuserprofiles_association",
    ),
    ManyToMany(
        "teamprofiles_association", "team", "fieldsecurityprofile", "teamprofiles_association"
    ),
    ManyToMany("systemuserroles_association", "systemuser", "role", "systemuserroles_association"),
    ManyToMany("teammembership_association", "systemuser", "team", "teammembership_association"),
)
"""Relationships without a lookup column."""
