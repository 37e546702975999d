#include "support.h"

#include "oomspect/memcg_name.h"

#include <string.h>

#define ID          "9c1f2ab0e7d15a6b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d"
#define UID         "1a2b3c4d-5e6f-7a8b-9c0d-112233445566"
#define UNDERSCORED "1a2b3c4d_5e6f_7a8b_9c0d_112233445566"
#define STATIC_UID  "0123456789abcdef0123456789abcdef"

struct name_row {
	const char *claim, *path;
	enum memcg_kind kind;
	const char *name, *id, *pod, *qos;
};

static const struct name_row names[] = {
	{ "the top", "/", MEMCG_OTHER, "/", "", "", "" },
	{ "an empty path is the top", "", MEMCG_OTHER, "/", "", "", "" },
	{ "a slice", "/system.slice", MEMCG_SLICE, "system.slice", "", "", "" },
	{ "a service", "/system.slice/mysql.service", MEMCG_SERVICE, "mysql.service", "", "", "" },
	{ "a scope", "/user.slice/user-1000.slice/session-4.scope", MEMCG_SCOPE, "session-4.scope",
		"", "", "" },
	{ "a unit of a user's own systemd",
		"/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.service",
		MEMCG_SERVICE, "firefox.service", "", "", "" },
	{ "systemd's escapes are undone", "/system.slice/run-r\\x2da.service", MEMCG_SERVICE,
		"run-r-a.service", "", "", "" },
	{ "an escaped NUL stays escaped", "/a\\x00b.service", MEMCG_SERVICE, "a\\x00b.service", "",
		"", "" },
	{ "a cut escape stays as it is", "/a\\x2.service", MEMCG_SERVICE, "a\\x2.service", "", "",
		"" },
	{ "docker with cgroupfs", "/docker/" ID, MEMCG_DOCKER, "docker-9c1f2ab0e7d1", ID, "", "" },
	{ "docker with systemd", "/system.slice/docker-" ID ".scope", MEMCG_DOCKER,
		"docker-9c1f2ab0e7d1", ID, "", "" },
	{ "a service inside a container is a service", "/docker/" ID "/system.slice/sshd.service",
		MEMCG_SERVICE, "sshd.service", "", "", "" },
	{ "podman with systemd", "/machine.slice/libpod-" ID ".scope", MEMCG_PODMAN,
		"podman-9c1f2ab0e7d1", ID, "", "" },
	{ "podman's split payload is its container", "/machine.slice/libpod-" ID ".scope/container",
		MEMCG_PODMAN, "podman-9c1f2ab0e7d1", ID, "", "" },
	{ "podman with cgroupfs", "/libpod_parent/libpod-" ID, MEMCG_PODMAN, "podman-9c1f2ab0e7d1",
		ID, "", "" },
	{ "podman's monitor is a scope", "/machine.slice/libpod-conmon-" ID ".scope", MEMCG_SCOPE,
		"libpod-conmon-" ID ".scope", "", "", "" },
	{ "containerd's own namespace", "/k8s.io/" ID, MEMCG_CONTAINERD, "containerd-9c1f2ab0e7d1",
		ID, "", "" },
	{ "nerdctl", "/system.slice/nerdctl-" ID ".scope", MEMCG_CONTAINERD,
		"containerd-9c1f2ab0e7d1", ID, "", "" },
	{ "a burstable pod with systemd",
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UNDERSCORED
		".slice",
		MEMCG_KUBEPOD, "pod-1a2b3c4d", UID, UID, "burstable" },
	{ "a besteffort pod with systemd",
		"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UNDERSCORED
		".slice",
		MEMCG_KUBEPOD, "pod-1a2b3c4d", UID, UID, "besteffort" },
	{ "a guaranteed pod with systemd", "/kubepods.slice/kubepods-pod" UNDERSCORED ".slice",
		MEMCG_KUBEPOD, "pod-1a2b3c4d", UID, UID, "guaranteed" },
	{ "a container of containerd in a pod with systemd",
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UNDERSCORED
		".slice/cri-containerd-" ID ".scope",
		MEMCG_CONTAINERD, "containerd-9c1f2ab0e7d1", ID, UID, "burstable" },
	{ "a container of CRI-O in a pod with systemd",
		"/kubepods.slice/kubepods-pod" UNDERSCORED ".slice/crio-" ID ".scope", MEMCG_CRIO,
		"crio-9c1f2ab0e7d1", ID, UID, "guaranteed" },
	{ "a pod below a cgroup root of the kubelet",
		"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
		"kubelet-kubepods-burstable-pod" UNDERSCORED ".slice",
		MEMCG_KUBEPOD, "pod-1a2b3c4d", UID, UID, "burstable" },
	{ "a burstable pod with cgroupfs", "/kubepods/burstable/pod" UID, MEMCG_KUBEPOD,
		"pod-1a2b3c4d", UID, UID, "burstable" },
	{ "a guaranteed pod with cgroupfs", "/kubepods/pod" UID, MEMCG_KUBEPOD, "pod-1a2b3c4d", UID,
		UID, "guaranteed" },
	{ "a static pod's uid has no dashes", "/kubepods/burstable/pod" STATIC_UID, MEMCG_KUBEPOD,
		"pod-01234567", STATIC_UID, STATIC_UID, "burstable" },
	{ "a container in a pod with cgroupfs does not tell its runtime",
		"/kubepods/besteffort/pod" UID "/" ID, MEMCG_KUBEPOD, "container-9c1f2ab0e7d1", ID,
		UID, "besteffort" },
	{ "CRI-O with cgroupfs", "/kubepods/burstable/pod" UID "/crio-" ID, MEMCG_CRIO,
		"crio-9c1f2ab0e7d1", ID, UID, "burstable" },
	{ "LXC since 4.0", "/lxc.payload.web", MEMCG_LXC, "web", "web", "", "" },
	{ "LXC before 4.0", "/lxc/web", MEMCG_LXC, "web", "web", "", "" },
	{ "LXC's monitor is not the container", "/lxc.monitor.web", MEMCG_OTHER, "lxc.monitor.web",
		"", "", "" },
	{ "63 digits are no container", "/docker/0" STATIC_UID "0123456789abcdef0123456789abcd",
		MEMCG_OTHER, "0" STATIC_UID "0123456789abcdef0123456789abcd", "", "", "" },
	{ "a pod's name without a uid is nothing special", "/kubepods/podman", MEMCG_OTHER,
		"podman", "", "", "" },
	{ "a suffix alone is no unit", "/.service", MEMCG_OTHER, ".service", "", "", "" },
	{ "slashes may be doubled", "//docker//" ID "/", MEMCG_DOCKER, "docker-9c1f2ab0e7d1", ID,
		"", "" },
	{ "foreign bytes are left as they are", "/a:b\x1b[31m\xff\n", MEMCG_OTHER,
		"a:b\x1b[31m\xff\n", "", "", "" },
};

static void check_name(void **state)
{
	const struct name_row *row = *state;
	struct memcg_name name;
	memset(&name, 0xa5, sizeof(name));
	memcg_name_of(row->path, &name);
	assert_string_equal(name.name, row->name);
	assert_int_equal(name.kind, row->kind);
	assert_string_equal(name.id, row->id);
	assert_string_equal(name.pod, row->pod);
	assert_string_equal(name.qos, row->qos);
}

static void long_names_are_cut(void **state)
{
	(void)state;
	char path[2048];
	struct memcg_name name;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	memcg_name_of(path, &name);
	assert_int_equal(strlen(name.name), MEMCG_NAME_SIZE - 1);
	memcpy(path, "/lxc/", 5);
	memcg_name_of(path, &name);
	assert_int_equal(strlen(name.id), MEMCG_ID_SIZE - 1);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (int kind = 0; kind < MEMCG_KIND_COUNT; kind++) {
		assert_non_null(memcg_kind_names[kind]);
		for (int other = 0; other < kind; other++)
			assert_string_not_equal(memcg_kind_names[kind], memcg_kind_names[other]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(every_kind_has_a_name),
	};
	return run_rows("names of memory cgroups", names, check_name) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
