/* The live screen, seen through a pseudo-terminal: its NEXT line against the kernel's choice. */
#include "scene.h"

#include "screen.h"

#include <errno.h>
#include <string.h>

static struct screen screen;

static void check_next_line(struct scene *scene)
{
	int right = 0, kills = 3;
	pid_t shown = 0, killed = 0;
	scene_sizes(scene, "shown", 6);
	if (!screen_open(&screen, 0))
		scene_broken("no pseudo-terminal: %s", strerror(errno));
	screen_pass(&screen, 1500);
	for (int i = 0; i < kills; i++) {
		screen_pass(&screen, 2500);
		shown = screen_next(&screen);
		killed = scene_kill(scene);
		right += shown && shown == killed;
	}
	scene_claim(scene, right == kills, "%d of %d right; the last: NEXT %d, killed %d", right,
		kills, shown, killed);
	screen_quit(&screen);
}

const struct kind kinds_screen[] = {
	{ "screen-next", "the NEXT line names whom the kernel kills", .check = check_next_line,
		.needs = NEED_TERMINFO },
	{ .name = NULL },
};
