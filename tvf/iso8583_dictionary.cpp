// The card fields of ISO 8583:1987 (data elements 2 to 128), as far as authorisation traffic uses them. Codes, times
// (`MMDDhhmmss`, `hhmmss`, `YYMM`) and trace numbers stay the text they are there; amounts are numbers.
#include "core/base/assert.hpp"
#include "tvf/tag_dictionary.hpp"

namespace prosa {
namespace {

struct Field {
    Tag tag;
    const char* name;
    TvfType type;
    Sensitivity sensitivity = Sensitivity::clear;
};

using enum TvfType;

// Private use fields (60 to 63, 126) may hold anything, a CVV included: secret.
constexpr Field fields[] = {
    {0, "mti", string},
    {2, "pan", string, Sensitivity::masked},
    {3, "processing_code", string},
    {4, "amount", unsigned64},
    {5, "settlement_amount", unsigned64},
    {6, "billing_amount", unsigned64},
    {7, "transmission_date_time", string},
    {9, "settlement_rate", string},
    {10, "billing_rate", string},
    {11, "stan", string},
    {12, "local_time", string},
    {13, "local_date", string},
    {14, "expiry", string, Sensitivity::masked},
    {15, "settlement_date", string},
    {16, "conversion_date", string},
    {18, "mcc", string},
    {19, "country", string},
    {20, "pan_country", string},
    {22, "pos_entry_mode", string},
    {23, "card_sequence", string},
    {25, "pos_condition_code", string},
    {26, "pin_capture_code", string},
    {28, "fee_amount", signed64},
    {32, "acquirer_id", string},
    {33, "forwarder_id", string},
    {34, "extended_pan", string, Sensitivity::masked},
    {35, "track2", string, Sensitivity::secret},
    {36, "track3", string, Sensitivity::secret},
    {37, "rrn", string},
    {38, "auth_id", string},
    {39, "response_code", string},
    {40, "service_restriction_code", string},
    {41, "terminal_id", string},
    {42, "merchant_id", string},
    {43, "merchant_name", string},
    {44, "additional_response", string},
    {45, "track1", string, Sensitivity::secret},
    {49, "currency", string},
    {50, "settlement_currency", string},
    {51, "billing_currency", string},
    {52, "pin_block", bytes, Sensitivity::secret},
    {53, "security_info", bytes, Sensitivity::secret},
    {54, "additional_amounts", string},
    {55, "icc_data", bytes, Sensitivity::secret},
    {60, "private_60", string, Sensitivity::secret},
    {61, "private_61", string, Sensitivity::secret},
    {62, "private_62", string, Sensitivity::secret},
    {63, "private_63", string, Sensitivity::secret},
    {64, "mac", bytes, Sensitivity::secret},
    {70, "network_code", string},
    {90, "original_data", string},
    {95, "replacement_amounts", string},
    {100, "receiver_id", string},
    {102, "account_from", string, Sensitivity::masked},
    {103, "account_to", string, Sensitivity::masked},
    {126, "private_126", string, Sensitivity::secret},
    {128, "mac_128", bytes, Sensitivity::secret},
};

// Inside additional_data; the numbers are those most networks use for the subelements.
constexpr Field additional_fields[] = {
    {42, "electronic_commerce_indicator", string},
    {43, "cardholder_authentication", bytes, Sensitivity::secret},
    {87, "cvv_result", string},
    {92, "cvv", string, Sensitivity::secret},
};

void add(TagDictionary& dictionary, TagEntry entry) {
    const absl::Status status = dictionary.add(std::move(entry));
    PROSA_ASSERT(status.ok(), "the bundled dictionary contradicts itself");
}

template <std::size_t count>
TagDictionary dictionary_of(const Field (&table)[count]) {
    TagDictionary dictionary;
    for (const Field& field : table)
        add(dictionary, {field.tag, field.name, field.type, field.sensitivity, nullptr});
    return dictionary;
}

}  // namespace

const TagDictionary& iso8583_dictionary() {
    static const TagDictionary dictionary = [] {
        TagDictionary built = dictionary_of(fields);
        add(built, {48, "additional_data", buffer, Sensitivity::clear,
                    std::make_shared<const TagDictionary>(dictionary_of(additional_fields))});
        return built;
    }();
    return dictionary;
}

}  // namespace prosa
