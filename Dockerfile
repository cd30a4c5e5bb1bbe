# One image for the function, the job watch and the tasks' init container.
# BASE needs glibc and nothing else: no shell, no package manager.
ARG NODE_VERSION=24.21.0
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Without scripts: they would only fetch a second Node.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY config config
COPY function function
# V8's code cache is made here: by the Node that the image runs.
RUN node function/build/main.ts server watch files

FROM ${BASE}
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /src/dist /app
# A number, as Kubernetes cannot tell whether a name is root.
USER 65532:65532
WORKDIR /app
ENV NODE_ENV=production
EXPOSE 8080
ENTRYPOINT ["node", "/app/server.js"]
