"""The columns of the three data sets: what each system is told to read.

A dict is an object, a list an array of the one thing in it. Leaves are uuid, text, bool, int,
decimal, float, instant, date and json; the last is any value, kept as text. They are the columns of
rowmill's entities of the same name, which keep enums as dictionaries where these say text.
"""

AMOUNT = {
    "Currency": "text",
    "NetValue": "decimal",
    "GrossValue": "decimal",
    "TaxValues": [{"Code": "text", "Value": "decimal"}],
    "Breakdown": {"Items": [{"TaxRateCode": "text", "NetValue": "decimal", "TaxValue": "decimal"}]},
}

DOCUMENT = {
    "Id": "uuid",
    "CustomerId": "uuid",
    "Type": "text",
    "Number": "text",
    "Expiration": "date",
    "Issuance": "date",
    "IssuingCountryCode": "text",
    "IssuingCountrySubdivisionCode": "text",
    "IssuingCity": "text",
    "IdentityDocumentSupportNumber": "text",
}

ADDRESS = {
    "Id": "uuid",
    "Line1": "text",
    "Line2": "text",
    "City": "text",
    "PostalCode": "text",
    "CountryCode": "text",
    "CountrySubdivisionCode": "text",
    "Latitude": "float",
    "Longitude": "float",
}

SHAPES = {
    "Reservation": {
        "Id": "uuid",
        "ServiceId": "uuid",
        "AccountId": "uuid",
        "AccountType": "text",
        "CreatorProfileId": "uuid",
        "UpdaterProfileId": "uuid",
        "BookerId": "uuid",
        "Number": "text",
        "State": "text",
        "Origin": "text",
        "CommanderOrigin": "text",
        "OriginDetails": "text",
        "CreatedUtc": "instant",
        "UpdatedUtc": "instant",
        "CancelledUtc": "instant",
        "VoucherId": "uuid",
        "BusinessSegmentId": "uuid",
        "Options": {
            "OwnerCheckedIn": "bool",
            "AllCompanionsCheckedIn": "bool",
            "AnyCompanionCheckedIn": "bool",
            "ConnectorCheckIn": "bool",
        },
        "RateId": "uuid",
        "CreditCardId": "uuid",
        "GroupId": "uuid",
        "RequestedResourceCategoryId": "uuid",
        "AssignedResourceId": "uuid",
        "AvailabilityBlockId": "uuid",
        "PartnerCompanyId": "uuid",
        "TravelAgencyId": "uuid",
        "AssignedResourceLocked": "bool",
        "ChannelNumber": "text",
        "ChannelManagerNumber": "text",
        "CancellationReason": "text",
        "ReleasedUtc": "instant",
        "StartUtc": "instant",
        "EndUtc": "instant",
        "ScheduledStartUtc": "instant",
        "ActualStartUtc": "instant",
        "ScheduledEndUtc": "instant",
        "ActualEndUtc": "instant",
        "Purpose": "text",
        "QrCodeData": "text",
        "PersonCounts": [{"AgeCategoryId": "uuid", "Count": "int"}],
    },
    "OrderItem": {
        "Id": "uuid",
        "EnterpriseId": "uuid",
        "AccountId": "uuid",
        "AccountType": "text",
        "Notes": "text",
        "ServiceId": "uuid",
        "ServiceOrderId": "uuid",
        "BillId": "uuid",
        "AccountingCategoryId": "uuid",
        "BillingName": "text",
        "ExternalIdentifier": "text",
        "UnitCount": "int",
        "UnitAmount": AMOUNT,
        "Amount": AMOUNT,
        "OriginalAmount": AMOUNT,
        "RevenueType": "text",
        "CreatorProfileId": "uuid",
        "UpdaterProfileId": "uuid",
        "CreatedUtc": "instant",
        "UpdatedUtc": "instant",
        "ConsumedUtc": "instant",
        "CanceledUtc": "instant",
        "ClosedUtc": "instant",
        "StartUtc": "instant",
        "ClaimedUtc": "instant",
        "AccountingState": "text",
        "Type": "text",
        "Options": {"CanceledWithReservation": "bool"},
        "Data": "json",
        "TaxExemptionReason": "text",
        "TaxExemptionLegalReference": "text",
    },
    "Customer": {
        "Id": "uuid",
        "ChainId": "uuid",
        "Number": "text",
        "Title": "text",
        "Sex": "text",
        "FirstName": "text",
        "LastName": "text",
        "SecondLastName": "text",
        "NationalityCode": "text",
        "PreferredLanguageCode": "text",
        "LanguageCode": "text",
        "BirthDate": "date",
        "BirthCountryCode": "text",
        "BirthCountrySubdivisionCode": "text",
        "BirthPlace": "text",
        "Occupation": "text",
        "Email": "text",
        "HasOtaEmail": "bool",
        "Phone": "text",
        "TaxIdentificationNumber": "text",
        "LoyaltyCode": "text",
        "AccountingCode": "text",
        "BillingCode": "text",
        "Notes": "text",
        "CarRegistrationNumber": "text",
        "DietaryRequirements": "text",
        "CreatedUtc": "instant",
        "UpdatedUtc": "instant",
        "Passport": DOCUMENT,
        "IdentityCard": DOCUMENT,
        "Visa": DOCUMENT,
        "DriversLicense": DOCUMENT,
        "Address": ADDRESS,
        "AddressId": "uuid",
        "Classifications": ["text"],
        "Options": ["text"],
        "ItalianDestinationCode": "text",
        "ItalianFiscalCode": "text",
        "ItalianLotteryCode": "text",
        "CompanyId": "uuid",
        "MergeTargetId": "uuid",
        "ActivityState": "text",
        "IsActive": "bool",
        "PreferredSpaceFeatures": ["text"],
        "CreatorProfileId": "uuid",
        "UpdaterProfileId": "uuid",
    },
}

# Order data as a plain object: not every system can keep JSON as text.
ORDER_DATA = {
    "Discriminator": "text",
    "Rebate": {"ProductId": "uuid", "RebatedItemId": "uuid"},
    "Product": {"ProductId": "uuid", "AgeCategoryId": "uuid", "ProductType": "text"},
    "AllowanceDiscount": {"DiscountedOrderItemId": "uuid", "AllowanceProductOrderItemId": "uuid"},
    "AllowanceProfits": "text",
}


def to_convert(kind):
    """The columns of a conversion to Parquet."""
    shape = SHAPES[kind]
    return shape | {"Data": ORDER_DATA} if "Data" in shape else shape


def with_ids_as_text(shape):
    if isinstance(shape, dict):
        return {name: with_ids_as_text(member) for name, member in shape.items()}
    if isinstance(shape, list):
        return [with_ids_as_text(shape[0])]
    return "text" if shape == "uuid" else shape
