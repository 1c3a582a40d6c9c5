plugins {
    kotlin("jvm") version "2.1.0"
    id("com.apollographql.apollo") version "4.1.0"
}

repositories {
    mavenCentral()
}

dependencies {
    implementation("com.apollographql.apollo:apollo-runtime:4.1.0")
}

apollo {
    service("lifecare") {
        packageName.set("se.example.ward.graphql")
        schemaFiles.from("../../../schema.graphql")
        srcDir("../operations")
        // Strings as they are sent: DateTime is ISO 8601 with an offset, Date and Time are of Europe/Stockholm.
        mapScalarToKotlinString("DateTime")
        mapScalarToKotlinString("Date")
        mapScalarToKotlinString("Time")
        operationManifestFormat.set("persistedQueryManifest")
        warnOnDeprecatedUsages.set(true)
    }
}
