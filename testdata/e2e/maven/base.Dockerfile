# Maven's own plugins come from Debian's packages, the dependencies of the project from the registry.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends default-jdk-headless maven libmaven-compiler-plugin-java libmaven-dependency-plugin-java libmaven-jar-plugin-java libmaven-resources-plugin-java libmaven-shade-plugin-java libsurefire-java && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
RUN mkdir -p /root/.m2 && printf '<settings><profiles><profile><id>loopback</id><repositories><repository><id>central</id><url>%s</url></repository></repositories><pluginRepositories><pluginRepository><id>central</id><url>file:///usr/share/maven-repo</url></pluginRepository></pluginRepositories></profile></profiles><activeProfiles><activeProfile>loopback</activeProfile></activeProfiles></settings>\n' "$REGISTRY" > /root/.m2/settings.xml
ENV MAVEN_HOME=/usr/share/maven MAVEN_CONFIG=/root/.m2
