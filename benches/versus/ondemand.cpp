// What simdjson's On-Demand interface can do when it fills the same typed columns: a floor under the
// systems that do more.
//
//     ondemand FILE SHAPE        prints the CPU seconds of filling the columns, the file being in memory
//     ondemand FILE SHAPE check  prints the digest of digest.py, a line "path count sum" each
//
// SHAPE is a file with a word a line: "name type", where the type of an object is "{" and of an array
// "["; both end with "}". An array holds one member, whose name is "[]". Batches are of 2,048 rows, so
// that the columns stay in the cache, and are dropped.

#include <sys/resource.h>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "simdjson.h"

using namespace simdjson;
using std::string_view;

constexpr size_t BATCH = 2048;

static void require(bool holds) {
    if (!holds) throw std::runtime_error("a value does not fit its column");
}

static uint64_t digits(const char *text, int count) {
    uint64_t number = 0;
    for (int i = 0; i < count; i++) {
        uint8_t digit = uint8_t(text[i] - '0');
        require(digit < 10);
        number = number * 10 + digit;
    }
    return number;
}

// Days since 1970-01-01 of the Gregorian calendar, in years that begin in March.
static int64_t parse_date(const char *text) {
    int64_t year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    require(text[4] == '-' && text[7] == '-' && month - 1u < 12 && day - 1u < 31);
    year -= month <= 2;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

static int64_t parse_instant(string_view text) {
    require(text.size() >= 20 && text[10] == 'T' && text[13] == ':' && text[16] == ':' && text.back() == 'Z');
    int64_t clock = (digits(&text[11], 2) * 60 + digits(&text[14], 2)) * 60 + digits(&text[17], 2);
    int64_t micros = 0;
    if (text.size() > 20) {
        // Up to six digits count; the corpus has zeros beyond them.
        int have = int(text.size()) - 21, take = have < 6 ? have : 6;
        require(text[19] == '.' && have > 0);
        micros = digits(&text[20], take);
        for (int i = take; i < 6; i++) micros *= 10;
    }
    return (parse_date(text.data()) * 86400 + clock) * 1000000 + micros;
}

// In units of 10^-10, as decimal(38,10) keeps it.
static __int128 parse_decimal(string_view text) {
    bool negative = text[0] == '-';
    size_t at = negative;
    uint64_t mantissa = 0;
    int scale = 10;
    bool fraction = false;
    for (; at < text.size(); at++) {
        uint8_t digit = uint8_t(text[at] - '0');
        if (digit < 10) {
            mantissa = mantissa * 10 + digit;
            scale -= fraction;
        } else if (text[at] == '.') {
            fraction = true;
        } else {
            break;  // White space belongs to the token; the corpus has no exponents here.
        }
    }
    static const uint64_t POWERS[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000};
    require(scale >= 0 && text.size() < 20);
    __int128 value = __int128(mantissa) * POWERS[scale];
    return negative ? -value : value;
}

struct Hex {
    uint8_t value[256];
    Hex() {
        memset(value, 0xFF, sizeof value);
        for (int i = 0; i < 16; i++) value[uint8_t("0123456789abcdef"[i])] = value[uint8_t("0123456789ABCDEF"[i])] = i;
    }
};
static const Hex HEX;

struct Uuid {
    uint8_t bytes[16];
};

static Uuid parse_uuid(string_view text) {
    require(text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-');
    static const uint8_t PLACES[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    Uuid id;
    uint8_t bad = 0;
    for (int i = 0; i < 16; i++) {
        uint8_t high = HEX.value[uint8_t(text[PLACES[i]])], low = HEX.value[uint8_t(text[PLACES[i] + 1])];
        bad |= high | low;
        id.bytes[i] = uint8_t(high << 4 | low);
    }
    require(bad < 16);
    return id;
}

enum Type { UUID, TEXT, BOOL, INT, DECIMAL, FLOAT, INSTANT, DATE, JSON, OBJECT, ARRAY };

// A column: a byte of validity a value, and values where its type has them. A null takes a value too.
struct Column {
    std::string name;
    Type type;
    std::vector<std::unique_ptr<Column>> members;
    std::vector<uint8_t> valid;
    std::vector<int64_t> words;  // integers, bools, instants, dates, ends of texts and arrays
    std::vector<double> floats;
    std::vector<__int128> decimals;
    std::vector<Uuid> ids;
    std::vector<char> text;

    void null() {
        valid.push_back(0);
        switch (type) {
            case UUID: ids.push_back({}); break;
            case DECIMAL: decimals.push_back(0); break;
            case FLOAT: floats.push_back(0); break;
            case TEXT: case JSON: words.push_back(text.size()); break;
            case ARRAY: words.push_back(members[0]->valid.size()); break;
            case OBJECT: for (auto &member : members) member->null(); break;
            default: words.push_back(0);
        }
    }

    void clear() {
        valid.clear(), words.clear(), floats.clear(), decimals.clear(), ids.clear(), text.clear();
        for (auto &member : members) member->clear();
    }

    void append(string_view piece) {
        text.insert(text.end(), piece.begin(), piece.end());
        words.push_back(text.size());
    }

    // The members of an object. A key is expected where it stood in the object before: each member is
    // looked for from the one after its predecessor on.
    void object(ondemand::object &&object) {
        size_t next = 0, count = members.size(), rows = valid.size();
        for (auto field : object) {
            ondemand::raw_json_string key = field.key();
            size_t tries = 0;
            while (tries < count && !key.unsafe_is_equal(members[next]->name)) {
                next = next + 1 == count ? 0 : next + 1;
                tries++;
            }
            if (tries == count) continue;
            Column &member = *members[next];
            require(member.valid.size() + 1 == rows);
            member.read(field.value());
            next = next + 1 == count ? 0 : next + 1;
        }
        for (auto &member : members)
            if (member->valid.size() < rows) member->null();
    }

    void read(ondemand::value value) {
        if (value.is_null()) return null();
        valid.push_back(1);
        switch (type) {
            case UUID: ids.push_back(parse_uuid(value.get_string())); break;
            case TEXT: append(value.get_string()); break;
            case BOOL: words.push_back(bool(value.get_bool())); break;
            case INT: words.push_back(value.get_int64()); break;
            case DECIMAL: decimals.push_back(parse_decimal(value.raw_json_token())); break;
            case FLOAT: floats.push_back(value.get_double()); break;
            case INSTANT: words.push_back(parse_instant(value.get_string())); break;
            case DATE: words.push_back(parse_date(string_view(value.get_string()).data())); break;
            case JSON: append(value.raw_json()); break;
            case OBJECT: object(value.get_object()); break;
            case ARRAY:
                for (auto item : value.get_array()) members[0]->read(item.value());
                words.push_back(members[0]->valid.size());
        }
    }
};

using Digest = std::map<std::string, std::pair<uint64_t, uint64_t>>;

static void add(Digest &digest, const Column &column, const std::string &path) {
    auto &[count, sum] = digest[path];
    for (size_t row = 0; row < column.valid.size(); row++) {
        if (!column.valid[row]) continue;
        count++;
        switch (column.type) {
            case UUID:
                for (int half = 0; half < 2; half++) {
                    uint64_t word;
                    memcpy(&word, &column.ids[row].bytes[8 * half], 8);
                    sum += __builtin_bswap64(word);
                }
                break;
            case DECIMAL: sum += uint64_t(column.decimals[row]); break;
            case FLOAT: sum += llround(column.floats[row] * 1000000); break;
            case TEXT: case JSON:
                for (int64_t at = row ? column.words[row - 1] : 0; at < column.words[row]; at++)
                    sum += uint8_t(column.text[at]) + 1;
                break;
            case ARRAY: sum += column.words[row] - (row ? column.words[row - 1] : 0); break;
            case OBJECT: break;
            default: sum += column.words[row];
        }
    }
    for (auto &member : column.members) add(digest, *member, path + (column.type == ARRAY ? "" : ".") + member->name);
}

static std::unique_ptr<Column> read_shape(std::istream &words, const std::string &name, const std::string &type) {
    static const std::map<std::string, Type> TYPES = {
        {"uuid", UUID}, {"text", TEXT}, {"bool", BOOL}, {"int", INT}, {"decimal", DECIMAL}, {"float", FLOAT},
        {"instant", INSTANT}, {"date", DATE}, {"json", JSON}, {"{", OBJECT}, {"[", ARRAY}};
    auto column = std::make_unique<Column>();
    column->name = name, column->type = TYPES.at(type);
    std::string member, kind;
    if (type == "{" || type == "[")
        while (words >> member && member != "}" && words >> kind)
            column->members.push_back(read_shape(words, member, kind));
    return column;
}

static double cpu_seconds() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int count, char **arguments) {
    std::ifstream words(arguments[2]);
    auto row = read_shape(words, "", "{");
    bool check = count > 3;
    Digest digest;
    padded_string lines = padded_string::load(arguments[1]);
    double start = cpu_seconds();
    ondemand::parser parser;
    ondemand::document_stream rows = parser.iterate_many(lines, size_t(1) << 20);
    for (auto document : rows) {
        row->valid.push_back(1);
        row->object(document.get_object());
        if (row->valid.size() == BATCH) {
            if (check) add(digest, *row, "");
            row->clear();
        }
    }
    require(rows.truncated_bytes() == 0);
    double end = cpu_seconds();
    if (!check) return printf("%.6f\n", end - start), 0;
    add(digest, *row, "");
    for (auto &[path, entry] : digest) printf("%s\t%llu\t%llu\n", path.c_str(), (unsigned long long)entry.first, (unsigned long long)entry.second);
}
