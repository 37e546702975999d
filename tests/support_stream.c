#include "support_stream.h"

#include "oomspect/utf8.h"

#include "support.h"
#include "support_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESC '\033'

/* What may stand behind "ESC [": parameters of these bytes, and one of the final ones. */
struct dialect {
	const char *parameters, *finals;
	const char *private_modes; /* behind "ESC [ ?", for h and l; each between blanks */
	const char *pairs;         /* what may stand behind ESC for itself, two bytes at most */
	const char *controls;
	int colours; /* SGR parameters up to 30 + this */
};

static const struct dialect dialects[] = {
	[false] = { "0123456789;", "ABCDGHJKLMPSTX@bdhlmrt", " 1 7 12 25 1000 1002 1006 1049 2004 ",
		" = > 7 8 M (B )0 ", "\r\n\b\t\017\016", 229 },
	[true] = { "0123456789;", "HJKm", " 25 1049 2004 ", " ", "", 19 },
};

void stream_init(struct stream *stream, bool strict, bool ascii)
{
	*stream = (struct stream){ .strict = strict, .ascii = ascii };
}

static void fault(struct stream *stream, const char *what)
{
	if (stream->faults++ == 0) {
		int used = snprintf(stream->first, sizeof(stream->first), "%s:", what);
		for (size_t i = 0; i < stream->pending_length && used < 180; i++)
			used += snprintf(stream->first + used, sizeof(stream->first) - (size_t)used,
				" %02x", (unsigned char)stream->pending[i]);
	}
	stream->pending_length = 0;
}

static bool is_word(const char *words, const char *word, size_t length)
{
	char spaced[sizeof(((struct stream *)NULL)->pending) + 2];
	snprintf(spaced, sizeof(spaced), " %.*s ", (int)length, word);
	return length > 0 && strstr(words, spaced) != NULL;
}

/* "25", or more than one as in "1006;1000". */
static bool are_modes(const char *words, const char *modes)
{
	while (*modes) {
		size_t length = strcspn(modes, ";");
		if (!is_word(words, modes, length))
			return false;
		modes += length + (modes[length] == ';');
	}
	return true;
}

/* Blinking, hidden and the like are nothing that a view asks for. */
static bool is_sgr(const char *parameters, int colours)
{
	for (const char *at = parameters; *at; at += strcspn(at, ";"), at += *at == ';') {
		long number = strtol(at, NULL, 10);
		bool attribute = number == 0 || number == 1 || number == 2 || number == 7 ||
				 number == 10 || number == 22 || number == 27;
		if (!attribute && (number < 30 || number > 30 + colours))
			return false;
	}
	return true;
}

/* "ESC [ ... final" is complete. */
static void end_sequence(struct stream *stream)
{
	const struct dialect *dialect = &dialects[stream->strict];
	char parameters[sizeof(stream->pending)];
	size_t length = stream->pending_length - 3;
	char final = stream->pending[stream->pending_length - 1];
	memcpy(parameters, stream->pending + 2, length);
	parameters[length] = '\0';
	bool known = strchr(dialect->finals, final) != NULL;
	if (parameters[0] == '?')
		known = (final == 'h' || final == 'l') &&
			are_modes(dialect->private_modes, parameters + 1);
	else if (final == 'm')
		known = is_sgr(parameters, dialect->colours);
	if (!known) {
		fault(stream, "a sequence that is none of ours");
		return;
	}
	if (strcmp(parameters, "?1049") == 0)
		stream->alternate = final == 'h';
	stream->sequences++;
	stream->pending_length = 0;
}

static bool is_control(const struct stream *stream, char byte)
{
	const char *controls = stream->alternate ? dialects[stream->strict].controls : "\r\n";
	return byte && strchr(controls, byte);
}

static void take_escape(struct stream *stream, unsigned char byte)
{
	const struct dialect *dialect = &dialects[stream->strict];
	size_t length = stream->pending_length;
	if (stream->pending[1] == '[') {
		bool goes_on = strchr(dialect->parameters, byte) || (length == 3 && byte == '?');
		if (length > 2 && byte >= 0x40 && byte <= 0x7e)
			end_sequence(stream);
		else if (length > 2 && (!byte || !goes_on))
			fault(stream, "a broken sequence");
		return;
	}
	if (is_word(dialect->pairs, stream->pending + 1, length - 1)) {
		stream->sequences++;
		stream->pending_length = 0;
	} else if (length == 3 || !(stream->pending[1] == '(' || stream->pending[1] == ')')) {
		fault(stream, "an escape that is none of ours");
	}
}

static void take_text(struct stream *stream)
{
	uint32_t code;
	unsigned char lead = (unsigned char)stream->pending[0];
	size_t length = stream->pending_length;
	size_t need = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (is_control(stream, stream->pending[0])) {
		stream->pending_length = 0;
		return;
	}
	bool goes_on = length == 1 || (stream->pending[length - 1] & 0xc0) == 0x80;
	if (length < need && lead >= 0xc2 && lead <= 0xf4 && goes_on)
		return;
	if (utf8_decode(stream->pending, length, &code) != length)
		fault(stream, "not UTF-8");
	else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		fault(stream, "a control character");
	else if (stream->ascii && code > 0x7e)
		fault(stream, "not ASCII");
	else
		stream->printed++;
	stream->pending_length = 0;
}

static void take(struct stream *stream, char byte)
{
	stream->pending[stream->pending_length++] = byte;
	if (stream->pending_length == sizeof(stream->pending))
		fault(stream, "a sequence without an end");
	else if (stream->pending[0] != ESC)
		take_text(stream);
	else if (stream->pending_length > 1)
		take_escape(stream, (unsigned char)byte);
}

void stream_feed(void *stream, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		take(stream, bytes[i]);
}

/* --- the strict terminal --------------------------------------------------------------------- */

static const char description[] =
	STREAM_TERM "|a terminal without control characters,\n"
		    "\tcolors#8, cols#80, lines#24, pairs#64,\n"
		    "\tbold=\\E[1m, civis=\\E[?25l, clear=\\E[H\\E[J, cnorm=\\E[?25h,\n"
		    "\tcup=\\E[%i%p1%d;%p2%dH, dim=\\E[2m, ed=\\E[J, el=\\E[K,\n"
		    "\thome=\\E[H, op=\\E[39;49m, rev=\\E[7m, rmcup=\\E[?1049l,\n"
		    "\tsetab=\\E[4%p1%dm, setaf=\\E[3%p1%dm, sgr0=\\E[m, smcup=\\E[?1049h,\n"
		    "\tkcub1=\\E[D, kcud1=\\E[B, kcuf1=\\E[C, kcuu1=\\E[A, kend=\\E[F,\n"
		    "\tkf1=\\EOP, kf2=\\EOQ, kf3=\\EOR, kf4=\\EOS, khome=\\E[H,\n"
		    "\tknp=\\E[6~, kpp=\\E[5~,\n";

bool stream_terminfo_make(char *directory, size_t size)
{
	struct files files;
	char command[256];
	files_make(&files);
	files_put(&files, "strict.ti", description);
	snprintf(directory, size, "%s", files.path);
	snprintf(command, sizeof(command), "tic -x -o %s %s/strict.ti 2>/dev/null", files.path,
		files.path);
	/* NOLINTNEXTLINE(cert-env33-c): the command is ours. */
	return system(command) == 0;
}

void stream_terminfo_remove(const char *directory)
{
	struct files files;
	snprintf(files.path, sizeof(files.path), "%s", directory);
	files_remove(&files);
}
