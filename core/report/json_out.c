#include "oomspect/json_out.h"

#include "oomspect/amount.h"
#include "oomspect/array.h"
#include "oomspect/utf8.h"

#include <inttypes.h>
#include <string.h>

struct json_out json_out_to(FILE *file)
{
	return (struct json_out){ file, false };
}

static void write_unit(FILE *file, unsigned unit)
{
	fprintf(file, "\\u%04X", unit);
}

/* Above U+FFFF a pair of surrogates: RFC 8259, section 7. */
static void write_escape(FILE *file, uint32_t code)
{
	static const char letters[][2] = { { '"', '"' }, { '\\', '\\' }, { '\b', 'b' },
		{ '\f', 'f' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' } };
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		if (code == (unsigned char)letters[i][0]) {
			fprintf(file, "\\%c", letters[i][1]);
			return;
		}
	}
	if (code > 0xffff) {
		write_unit(file, 0xd800 + ((code - 0x10000) >> 10));
		code = 0xdc00 + ((code - 0x10000) & 0x3ff);
	}
	write_unit(file, code);
}

/* Whether all of it was UTF-8. */
static bool write_string(FILE *file, const char *bytes)
{
	bool valid = true;
	fputc('"', file);
	for (size_t left = strlen(bytes), taken; left; bytes += taken, left -= taken) {
		uint32_t code = 0;
		size_t length = utf8_decode(bytes, left, &code);
		taken = length ? length : 1;
		if (!length)
			fwrite(UTF8_REPLACEMENT, 1, UTF8_REPLACEMENT_SIZE, file);
		else if (code == '"' || code == '\\' || utf8_unsafe(code))
			write_escape(file, code);
		else
			fwrite(bytes, 1, length, file);
		valid &= length > 0;
	}
	fputc('"', file);
	return valid;
}

static void write_name(struct json_out *out, const char *name)
{
	if (out->filled)
		fputc(',', out->file);
	out->filled = true;
	if (!name)
		return;
	write_string(out->file, name);
	fputc(':', out->file);
}

static void write_hex(struct json_out *out, const char *name, const char *bytes)
{
	fprintf(out->file, ",\"%s_hex\":\"", name);
	for (; *bytes; bytes++)
		fprintf(out->file, "%02x", (unsigned)(unsigned char)*bytes);
	fputc('"', out->file);
}

void json_out_begin(struct json_out *out, const char *name, char bracket)
{
	write_name(out, name);
	fputc(bracket, out->file);
	out->filled = false;
}

void json_out_end(struct json_out *out, char bracket)
{
	fputc(bracket, out->file);
	out->filled = true;
}

void json_out_finish(struct json_out *out)
{
	fputc('\n', out->file);
	out->filled = false;
}

void json_out_null(struct json_out *out, const char *name)
{
	write_name(out, name);
	fputs("null", out->file);
}

void json_out_bool(struct json_out *out, const char *name, bool value)
{
	write_name(out, name);
	fputs(value ? "true" : "false", out->file);
}

void json_out_integer(struct json_out *out, const char *name, int64_t value)
{
	write_name(out, name);
	fprintf(out->file, "%" PRId64, value);
}

void json_out_number(struct json_out *out, const char *name, bool known, int64_t value)
{
	if (known)
		json_out_integer(out, name, value);
	else
		json_out_null(out, name);
}

void json_out_known(struct json_out *out, const char *name, int64_t value)
{
	json_out_number(out, name, value != UNKNOWN, value);
}

void json_out_decimal(struct json_out *out, const char *name, int64_t value, unsigned decimals)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, unit = 1;
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	for (; decimals > 1 && rest % 10 == 0; decimals--, unit /= 10)
		rest /= 10;
	write_name(out, name);
	fprintf(out->file, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", rest / unit,
		(int)decimals, rest % unit);
}

void json_out_text(struct json_out *out, const char *name, const char *bytes)
{
	if (!bytes) {
		json_out_null(out, name);
		return;
	}
	write_name(out, name);
	if (!write_string(out->file, bytes) && name)
		write_hex(out, name, bytes);
}
