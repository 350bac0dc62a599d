# From a commit to a running service: the image, and the same few steps for CodeBuild, GitHub and GitLab (docs/delivery.md).
# REPOSITORY is the URI that `repository` prints.

BUILDER ?= $(firstword $(foreach each,docker podman buildah,$(if $(shell command -v $(each)),$(each))))
COMMIT ?= $(or $(shell git rev-parse HEAD 2>/dev/null),unknown)
VERSION ?= $(or $(shell git describe --tags --always --dirty 2>/dev/null),unknown)
IMAGE ?= stackwright-app:$(VERSION)
BUILD_OPTIONS ?=

# What is delivered, and where; docs/delivery.md. Recipes read all of it from the environment, where the shell quotes it.
BLUEPRINT ?= ec2-alb
ENV ?= dev
FOLDER ?= .
STEPS := standing repository application deployment-group login ship cached smoke push digest carry promote revise
ifneq ($(filter image $(STEPS),$(MAKECMDGOALS)),)
export BLUEPRINT ENV FOLDER COMMIT VERSION IMAGE
endif
CARRIED := .cache/carried
TRIES := 60
CACHED := .cache/image

.PHONY: image $(STEPS)

# The service's image, named after the commit, by whichever builder there is. One without Docker's format loses the health
# check.
image:
	$(if $(BUILDER),,$(error docker, podman or buildah is needed))
	BUILDAH_FORMAT=docker $(BUILDER) build --tag "$$IMAGE" --build-arg VERSION="$$VERSION" --build-arg COMMIT="$$COMMIT" $(BUILD_OPTIONS) "$$FOLDER"

PUSHED = aws ecr describe-images --repository-name "$${REPOSITORY\#*/}" --filter tagStatus=TAGGED --output text \
    --query "imageDetails[?contains(imageTags, '$$ENV-$$COMMIT')].imageDigest"

# Of the stack's outputs, the one of this name.
FOUND = aws cloudformation describe-stacks --stack-name "$$BLUEPRINT-$$ENV" --output text \
    --query "Stacks[].Outputs[] | [?OutputKey=='$(1)'].OutputValue"

# The registry is the system's own, so a system that is not there yet goes first, with the bootstrap container.
standing: $(VENV)/.installed
	test -n "$$($(call FOUND,RepositoryUri))" || $(BIN)/python build.py deploy "$$BLUEPRINT" "$$ENV" --yes

repository:
	@$(call FOUND,RepositoryUri)

application:
	@$(call FOUND,CodeDeployApplicationName)

deployment-group:
	@$(call FOUND,DeploymentGroupName)

login:
	aws ecr get-login-password | docker login --username AWS --password-stdin "$${REPOSITORY%%/*}"

# Tags are immutable: the second run for a commit builds nothing, and is about the image of the first.
ship: login
	pushed=$$($(PUSHED)) && if [ -n "$$pushed" ]; then echo "$$ENV-$$COMMIT is there: $$pushed"; else $(MAKE) cached smoke push; fi

cached:
	docker buildx inspect stackwright >/dev/null 2>&1 || docker buildx create --name stackwright --driver docker-container
	$(MAKE) image BUILDER="docker buildx" BUILD_OPTIONS="--builder stackwright --load --provenance=false \
	    --cache-from type=local,src=$(CACHED) --cache-to type=local,dest=$(CACHED).new,mode=max"
	rm -rf $(CACHED)
	mv $(CACHED).new $(CACHED)

# In the image, run as the task definition runs it: it gets healthy, and ends on SIGTERM by itself.
smoke:
	set -eu; started=$$(docker run --detach --read-only --tmpfs /tmp:size=64m --cap-drop ALL "$$IMAGE"); \
	trap 'docker logs "$$started"; docker rm --force "$$started" >/dev/null' EXIT; \
	tries=$(TRIES); until [ "$$(docker inspect --format '{{.State.Health.Status}}' "$$started")" = healthy ]; do \
	    tries=$$((tries - 1)); [ "$$tries" -gt 0 ] || { echo "not healthy after $(TRIES) s" >&2; exit 1; }; sleep 1; \
	done; \
	docker stop --time 60 "$$started"; ended=$$(docker wait "$$started"); \
	[ "$$ended" = 0 ] || { echo "ended with exit status $$ended on SIGTERM" >&2; exit 1; }

# `latest` only where the registry lets it move, which is asked before anything is pushed, and before the tag by which a
# second run knows that all is done.
push:
	moves=$$(aws ecr describe-repositories --repository-names "$${REPOSITORY#*/}" --output text --query "repositories[?\
	imageTagMutability=='MUTABLE' || imageTagMutability=='IMMUTABLE_WITH_EXCLUSION' && \
	imageTagMutabilityExclusionFilters[?filter=='latest']].repositoryName") && \
	for tag in $${moves:+latest} "$$ENV-$$COMMIT"; do \
	    docker tag "$$IMAGE" "$$REPOSITORY:$$tag" && docker push "$$REPOSITORY:$$tag" || exit 1; \
	done

digest:
	@pushed=$$($(PUSHED)) && test -n "$$pushed" && echo "$$REPOSITORY@$$pushed"

# From one registry into another without credentials for both: IMAGE, by digest, to a folder, and the folder's image, if
# it is still that one, to REPOSITORY.
carry:
	rm -rf $(CARRIED)
	mkdir -p $(CARRIED)
	aws ecr get-login-password | skopeo login --username AWS --password-stdin "$${IMAGE%%/*}"
	skopeo copy --all --preserve-digests "docker://$$IMAGE" dir:$(CARRIED)

promote:
	test "$$(skopeo manifest-digest $(CARRIED)/manifest.json)" = "$${IMAGE#*@}"
	aws ecr get-login-password | skopeo login --username AWS --password-stdin "$${REPOSITORY%%/*}"
	pushed=$$($(PUSHED)) && test -n "$$pushed" || \
	    skopeo copy --all --preserve-digests dir:$(CARRIED) "docker://$$REPOSITORY:$$ENV-$$COMMIT"
	test "$$($(PUSHED))" = "$${IMAGE#*@}"

# Past the stack, with the role of nested/ci_access.py: what SERVICE in CLUSTER runs, but with IMAGE, in a new revision.
# Where ECS goes back to the one before, this fails. The stack is told afterwards.
RUNNING = aws ecs describe-services --cluster "$$CLUSTER" --services "$$SERVICE" --output text \
    --query 'services[0].taskDefinition'

revise: $(VENV)/.installed
	set -eu; made=$$(mktemp); trap 'rm -f "$$made"' EXIT; \
	running=$$($(RUNNING)); \
	aws ecs describe-task-definition --task-definition "$$running" --query taskDefinition --output json \
	    | $(BIN)/python -m stackwright.revision "$$IMAGE" > "$$made"; \
	revision=$$(aws ecs register-task-definition --cli-input-json "file://$$made" --output text \
	    --query taskDefinition.taskDefinitionArn); \
	aws ecs update-service --cluster "$$CLUSTER" --service "$$SERVICE" --task-definition "$$revision" \
	    --query service.serviceName; \
	aws ecs wait services-stable --cluster "$$CLUSTER" --services "$$SERVICE"; \
	test "$$($(RUNNING))" = "$$revision"
