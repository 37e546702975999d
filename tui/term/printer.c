#include "printer.h"

#include "oomspect/safe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool printer_ascii_only(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

enum err_code printer_init(struct printer *printer, FILE *out, int width, struct err *err)
{
	*printer = (struct printer){ .out = out };
	grid_init(&printer->grid, printer_ascii_only());
	printer->grid.spell = true;
	return printer_widen(printer, width, err);
}

void printer_release(struct printer *printer)
{
	grid_release(&printer->grid);
	free(printer->text);
	printer->text = NULL;
}

enum err_code printer_widen(struct printer *printer, int width, struct err *err)
{
	if (width > printer->grid.cols) {
		char *text = realloc(printer->text, (size_t)width * 4 + 1);
		if (!text)
			return err_set(err, ERR_NO_MEMORY,
				"cannot print a line of %d columns: out of memory", width);
		printer->text = text;
		enum err_code code = grid_resize(&printer->grid, 1, width, err);
		if (code)
			return code;
	}
	grid_clear(&printer->grid);
	printer->pen = grid_pen(&printer->grid, 0, 0);
	return ERR_OK;
}

void printer_end_line(struct printer *printer)
{
	grid_row_text(&printer->grid, 0, printer->text, (size_t)printer->grid.cols * 4 + 1);
	fprintf(printer->out, "%s\n", printer->text);
	grid_clear(&printer->grid);
	printer->pen = grid_pen(&printer->grid, 0, 0);
}

void printer_line(struct printer *printer, const char *text)
{
	grid_put_foreign(&printer->pen, STYLE_NORMAL, text, grid_left(&printer->pen));
	printer_end_line(printer);
}

void printer_complain(const struct err *err)
{
	fputs("oomspect: ", stderr);
	safe_text_put(stderr, text_of(err->text), printer_ascii_only());
	fputc('\n', stderr);
}

void output_guard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH | O_DIRECTORY) < 0)
			return; /* no descriptor to be had: nothing else gets one either */
}

enum err_code output_flush(FILE *out, struct err *err)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return ERR_OK;
	return err_set_errno(err, errno ? errno : EIO, "cannot write to standard output");
}
