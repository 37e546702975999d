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
	if (!screen_open(&screen, &(struct question){ .uid = 0 }))
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

/* In the namespaces of a container with a limit: the screen begins in its domain. */
static void check_container(struct scene *scene)
{
	const struct question question = { .inside = "/judge" };
	struct hog hog = { .name = "shown", .group = "/judge" };
	int right = 0, kills = 3;
	pid_t shown = 0, killed = 0;
	scene_sizes(scene, "outside", 1);
	scene_group(scene, "/judge", guest_mib(40));
	scene->group = scene->fill = "/judge";
	for (int i = 1; i <= 5; i++) {
		hog.anon = guest_mib(i) + chance_between(&scene->chance, 0, guest_mib(1) / 2);
		scene_hog(scene, &hog);
	}
	if (!screen_open(&screen, &question))
		scene_broken("no pseudo-terminal: %s", strerror(errno));
	screen_pass(&screen, 1500);
	for (int i = 0; i < kills; i++) {
		screen_pass(&screen, 2500);
		shown = screen_next(&screen);
		killed = scene_kill_by(scene, trigger_group);
		right += shown && shown == killed;
	}
	scene_claim(scene, right == kills, "%d of %d right; the last: NEXT %d, killed %d", right,
		kills, shown, killed);
	screen_quit(&screen);
}

const struct kind kinds_screen[] = {
	{ "screen-next", "the NEXT line names whom the kernel kills", .check = check_next_line,
		.needs = NEED_TERMINFO },
	{ "screen-container", "in a container NEXT names the victim of its limit",
		.check = check_container, .needs = NEED_TERMINFO | NEED_V2 },
	{ .name = NULL },
};
